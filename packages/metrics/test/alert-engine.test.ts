import { ManualClock } from '@lease/core/testing';
import { describe, expect, it } from 'vitest';
import { AlertEngine } from '../src/alerts/alert-engine.js';
import { CLEAR_MS, COOLDOWN_MS } from '../src/alerts/rule.js';
import type { AlertNotice, AlertRule, Sample } from '../src/index.js';

const RULE: AlertRule = {
  name: 'TooHot',
  severity: 'warning',
  scope: 'process',
  summary: 'It is too hot.',
  when: [{ figure: { kind: 'now', series: 'heat' }, is: { above: 30 } }],
  forMs: 3_000,
};

function setUp(rules: readonly AlertRule[] = [RULE]) {
  const clock = new ManualClock();
  const series = new Map<string, readonly Sample[]>();
  const notices: AlertNotice[] = [];
  const engine = new AlertEngine({
    rules,
    clock,
    samples: (name) => Promise.resolve(series.get(name) ?? []),
    notify: (notice) => notices.push(notice),
  });
  return {
    notices,
    series,
    clock,
    told: () => notices.map(({ state }) => state),
    report: () => engine.report(),
    state: () => engine.report()[0]?.state,
    set: (name: string, value: number, labels: Sample['labels'] = {}) =>
      series.set(name, [{ labels, value }]),
    /** Looks once a second. */
    pass: async (ms: number) => {
      for (let passed = 0; passed < ms; passed += 1_000) {
        await clock.advance(1_000);
        await engine.evaluate();
      }
    },
  };
}

describe('an alert', () => {
  it('is pending until its condition has held for long enough, then fires, and ends', async () => {
    const { set, pass, state, notices } = setUp();
    set('heat', 20);
    await pass(1_000);
    expect(state()).toBe('inactive');
    set('heat', 31);
    await pass(3_000);
    expect(state()).toBe('pending');
    expect(notices).toEqual([]);
    await pass(1_000);
    expect(state()).toBe('firing');
    set('heat', 30);
    await pass(CLEAR_MS);
    expect(state()).toBe('inactive');
    const common = { name: 'TooHot', severity: 'warning', summary: 'It is too hot.', limit: 30 };
    const since = '2026-01-01T00:00:05.000Z';
    expect(notices).toEqual([
      { ...common, state: 'firing', since, value: 31 },
      { ...common, state: 'resolved', since, value: 30 },
    ]);
  });

  it('that does not hold for long enough says nothing', async () => {
    const { set, pass, state, notices } = setUp();
    for (let round = 0; round < 10; round += 1) {
      set('heat', 40);
      await pass(3_000);
      set('heat', 20);
      await pass(1_000);
      expect(state()).toBe('inactive');
    }
    expect(notices).toEqual([]);
  });

  it('goes on while its condition flickers', async () => {
    const { set, pass, told, state } = setUp();
    set('heat', 40);
    await pass(4_000);
    for (let round = 0; round < 100; round += 1) {
      set('heat', round % 2 === 0 ? 20 : 40);
      await pass(CLEAR_MS - 1_000);
      expect(state()).toBe('firing');
    }
    expect(told()).toEqual(['firing']);
  });

  it('that comes and goes makes one pair of notices in a cooldown, however often', async () => {
    const { set, pass, told } = setUp();
    for (let passed = 0; passed < COOLDOWN_MS - 20_000; passed += 20_000) {
      set('heat', 40);
      await pass(10_000);
      set('heat', 20);
      await pass(10_000);
    }
    expect(told()).toEqual(['firing', 'resolved']);
  });

  it('that still fires when the cooldown is over is notified then, and so is its end', async () => {
    const { set, pass, told, state } = setUp();
    set('heat', 40);
    await pass(4_000);
    set('heat', 20);
    await pass(10_000);
    set('heat', 40);
    await pass(10_000);
    expect(state()).toBe('firing');
    expect(told()).toEqual(['firing', 'resolved']);
    await pass(COOLDOWN_MS - 20_000);
    expect(told()).toEqual(['firing', 'resolved', 'firing']);
    set('heat', 20);
    await pass(CLEAR_MS);
    expect(told()).toEqual(['firing', 'resolved', 'firing', 'resolved']);
  });

  it('whose firing nobody was told of ends in silence', async () => {
    const { set, pass, told } = setUp();
    for (const heat of [40, 20, 40, 20]) {
      set('heat', heat);
      await pass(10_000);
    }
    expect(told()).toEqual(['firing', 'resolved']);
  });

  it('is not judged for want of samples, nor on a share of nothing', async () => {
    const share = { kind: 'share', of: RULE.when[0]?.figure, in: { kind: 'now', series: 'all' } } as const;
    const below = { ...RULE, when: [{ figure: share, is: { below: 0.5 } }] } as AlertRule;
    const { set, pass, state, report } = setUp([below]);
    await pass(5_000);
    expect(report()[0]).not.toHaveProperty('value');
    set('heat', 1);
    set('all', 0);
    await pass(5_000);
    expect(state()).toBe('inactive');
    set('all', 4);
    await pass(5_000);
    expect(report()[0]).toMatchObject({ state: 'firing', value: 0.25, limit: 0.5 });
  });

  it('needs all of its conditions', async () => {
    const cold = { figure: { kind: 'now', series: 'cold' }, is: { below: 1 } } as const;
    const { set, pass, state } = setUp([{ ...RULE, when: [...RULE.when, cold] }]);
    set('heat', 40);
    set('cold', 1);
    await pass(5_000);
    expect(state()).toBe('inactive');
    set('cold', 0);
    await pass(5_000);
    expect(state()).toBe('firing');
  });

  it('about growth looks at a window, and at the series that match', async () => {
    const figure = { kind: 'growth', series: 'calls', where: { code: ['a', 'b'] }, overMs: 60_000 } as const;
    const { series, pass, report } = setUp([{ ...RULE, when: [{ figure, is: { above: 9 } }] }]);
    const calls = (a: number, b: number, c: number) =>
      series.set('calls', [
        { labels: { code: 'a' }, value: a },
        { labels: { code: 'b' }, value: b },
        { labels: { code: 'c' }, value: c },
      ]);
    // What was there before the first look has not grown.
    calls(1_000, 1_000, 0);
    await pass(2_000);
    calls(1_005, 1_004, 500);
    await pass(5_000);
    expect(report()[0]).toMatchObject({ state: 'inactive', value: 9 });
    calls(1_005, 1_005, 500);
    await pass(5_000);
    expect(report()[0]).toMatchObject({ state: 'firing', value: 10 });
    await pass(50_000);
    expect(report()[0]).toMatchObject({ state: 'firing', value: 10 });
    await pass(20_000);
    expect(report()[0]).toMatchObject({ state: 'inactive', value: 0 });
  });

  it('about an age reads the wall clock', async () => {
    const figure = { kind: 'age', series: 'born' } as const;
    const { set, clock, pass, report } = setUp([{ ...RULE, when: [{ figure, is: { below: 60 } }] }]);
    set('born', clock.wallMs() / 1_000);
    await pass(10_000);
    expect(report()[0]).toMatchObject({ state: 'firing', value: 10 });
    await pass(60_000);
    expect(report()[0]).toMatchObject({ state: 'inactive', value: 70 });
  });

  it('that fires is shown before one that does not', async () => {
    const other = {
      ...RULE,
      name: 'Other',
      when: [{ figure: { kind: 'now', series: 'x' }, is: { above: 0 } }],
    };
    const { set, pass, report } = setUp([RULE, other as AlertRule]);
    set('x', 1);
    await pass(5_000);
    expect(report().map(({ name }) => name)).toEqual(['Other', 'TooHot']);
  });
});
