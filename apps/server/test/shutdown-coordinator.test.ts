import { ManualClock } from '@lease/core/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Component, ComponentReport, ShutdownReport } from '../src/shutdown/component.js';
import { ShutdownCoordinator } from '../src/shutdown/shutdown-coordinator.js';

let clock: ManualClock;
let coordinator: ShutdownCoordinator;
/** What happened, with the milliseconds at which it did. */
let diary: string[];
let told: ComponentReport[];

const note = (what: string) => diary.push(`${clock.monotonicMs()} ${what}`);

beforeEach(() => {
  clock = new ManualClock();
  diary = [];
  told = [];
  coordinator = new ShutdownCoordinator({ clock, limitMs: 10_000, tell: (report) => told.push(report) });
});

type Behaviour = (name: string, signal: AbortSignal) => Promise<unknown>;

const after =
  (ms: number): Behaviour =>
  (name) =>
    new Promise<void>((resolve) => {
      clock.schedule(ms, () => {
        note(`${name} ended`);
        resolve();
      });
    });

/** Goes on for ever, and ends so long after it was told to. */
const untilCut =
  (obeysAfterMs: number): Behaviour =>
  (name, signal) =>
    new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => {
        note(`${name} was told: ${(signal.reason as Error).message}`);
        clock.schedule(obeysAfterMs, resolve);
      });
    });

const never: Behaviour = (name, signal) => {
  signal.addEventListener('abort', () => note(`${name} was told`));
  return new Promise(() => undefined);
};

function add(name: string, priority: number, behaviour: Behaviour, times: Partial<Component> = {}): void {
  coordinator.register({
    ...{ name, priority, timeoutMs: 5_000, ...times },
    stop: (signal) => {
      note(name);
      return behaviour(name, signal);
    },
  });
}

async function shutDownWithin(ms: number): Promise<ShutdownReport> {
  const report = coordinator.shutDown();
  await clock.advance(ms);
  return report;
}

const outcomes = ({ components }: ShutdownReport) =>
  components.map(({ name, outcome, durationMs }) => `${name}: ${outcome} in ${durationMs}`);

describe('the order', () => {
  it('goes by priority, whatever the order of registration, and those of one priority go together', async () => {
    add('store', 30, after(100));
    add('calls', 10, after(300));
    add('collector', 10, after(200));
    add('sockets', 20, after(50));
    const report = await shutDownWithin(1_000);
    expect(diary).toEqual([
      ...['0 calls', '0 collector', '200 collector ended', '300 calls ended'],
      ...['300 sockets', '350 sockets ended', '350 store', '450 store ended'],
    ]);
    expect(outcomes(report)).toEqual([
      ...['collector: stopped in 200', 'calls: stopped in 300'],
      ...['sockets: stopped in 50', 'store: stopped in 100'],
    ]);
    expect(report).toMatchObject({ clean: true, durationMs: 450 });
    expect(told, 'told as it goes').toEqual(report.components);
    expect(clock.pending, 'leaves no timer').toBe(0);
  });

  it('of nothing is over at once', async () => {
    await expect(coordinator.shutDown()).resolves.toEqual({ clean: true, durationMs: 0, components: [] });
  });

  it('is gone through once, however often it is asked for', async () => {
    add('store', 1, after(100));
    const [first, second] = [coordinator.shutDown(), coordinator.shutDown()];
    await clock.advance(100);
    expect(await second).toBe(await first);
    expect(diary.filter((line) => line.endsWith('store'))).toHaveLength(1);
    expect(await coordinator.shutDown()).toBe(await first);
  });

  it('is closed once it has begun', () => {
    void coordinator.shutDown();
    expect(() => add('late', 1, never)).toThrow('late came up while the server was shutting down');
  });
});

describe('a component', () => {
  it('that rejects, or throws at once, is reported and holds up nobody', async () => {
    add('rejects', 1, () => Promise.reject(new Error('no')));
    add('throws', 1, () => {
      throw new Error('never');
    });
    add('store', 2, after(10));
    const report = await shutDownWithin(10);
    expect(report.components).toMatchObject([
      { name: 'throws', outcome: 'failed', error: new Error('never') },
      { name: 'rejects', outcome: 'failed', error: new Error('no') },
      { name: 'store', outcome: 'stopped' },
    ]);
    expect(report.clean).toBe(false);
  });

  it('that takes too long is cut short, and waited for as long as it may take to obey', async () => {
    add('slow', 1, untilCut(900), { timeoutMs: 2_000, lastMs: 1_000 });
    add('next', 2, after(0));
    const report = await shutDownWithin(3_000);
    expect(diary).toContain('2000 slow was told: not ended within 2000 ms');
    expect(outcomes(report)).toEqual(['slow: cut short in 2900', 'next: stopped in 0']);
    expect(report.clean).toBe(false);
  });

  it('that does not obey is left behind, and what it says later is heard by nobody', async () => {
    let reject: (error: Error) => void = () => undefined;
    add('deaf', 1, () => new Promise((_, fail) => (reject = fail)), { timeoutMs: 2_000, lastMs: 500 });
    add('hung', 1, never, { timeoutMs: 1_000 });
    add('next', 2, after(0));
    const report = await shutDownWithin(3_000);
    expect(outcomes(report)).toEqual([
      ...['hung: left behind in 1000', 'deaf: left behind in 2500', 'next: stopped in 0'],
    ]);
    reject(new Error('late'));
    await clock.advance(0);
  });
});

describe('the limit', () => {
  it('leaves behind what still runs and does not begin what has not begun', async () => {
    add('hung', 1, never, { timeoutMs: 60_000, lastMs: 60_000 });
    add('quick', 1, after(10));
    add('store', 2, after(10));
    const report = await shutDownWithin(10_000);
    expect(outcomes(report)).toEqual([
      ...['quick: stopped in 10', 'hung: left behind in 10000', 'store: not begun in 0'],
    ]);
    expect(report).toMatchObject({ clean: false, durationMs: 10_000 });
    expect(diary).toContain('10000 hung was told');
  });
});

describe('a hurry', () => {
  it('cuts short what runs and what is still to come, in the same order', async () => {
    add('calls', 1, untilCut(100), { timeoutMs: 8_000, lastMs: 1_000 });
    add('done', 1, after(10));
    add('collector', 2, untilCut(200), { timeoutMs: 8_000, lastMs: 1_000 });
    add('store', 3, after(0));
    const report = coordinator.shutDown();
    await clock.advance(500);
    coordinator.hurry();
    coordinator.hurry();
    await clock.advance(400);
    expect(outcomes(await report)).toEqual([
      ...['done: stopped in 10', 'calls: cut short in 600', 'collector: cut short in 200'],
      'store: cut short in 0',
    ]);
    expect((await report).durationMs).toBe(800);
  });

  it('before the shutdown is remembered', async () => {
    coordinator.hurry();
    add('calls', 1, untilCut(0), { lastMs: 100 });
    expect(outcomes(await shutDownWithin(0))).toEqual(['calls: cut short in 0']);
  });
});
