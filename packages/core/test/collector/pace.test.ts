import { beforeEach, describe, expect, test } from 'vitest';
import { Pace } from '../../src/collector/pace.js';
import { ManualClock } from '../../src/testing/index.js';
import { BusyClock } from './busy-clock.js';

let clock: BusyClock;
let pace: Pace;

beforeEach(() => {
  clock = new BusyClock();
  pace = new Pace(clock);
});

/** Lets time pass, of which the process works this share. */
function pass(ms: number, share = 0): void {
  clock.spend(ms * share);
  clock.idle(ms * (1 - share));
}

/** Takes all that is ready every 5 ms, for so long; says how many. `more`: whether others still waited. */
function run(durationMs: number, share: number, more = true): number {
  let started = 0;
  for (let passedMs = 0; passedMs < durationMs; passedMs += 5) {
    pass(5, share);
    const count = more ? pace.ready() : Math.min(1, pace.ready());
    pace.started(count, more);
    started += count;
  }
  return started;
}

describe('Pace', () => {
  test('begins with 50 at once, then 5,000 a second', () => {
    expect(pace.ready()).toBe(50);
    pace.started(50, false);
    expect(pace.ready()).toBe(0);
    pass(4);
    expect(pace.ready()).toBe(20);
  });

  test('what nobody used adds up to 10 ms of it at most', () => {
    pass(3_600_000);
    expect(pace.ready()).toBe(50);
  });

  test('grows while the process has time and more is due, up to 20,000 a second', () => {
    const first = run(300, 0.2);
    expect(run(300, 0.2)).toBeGreaterThan(1.4 * first);
    run(10_000, 0.2);
    expect(run(1_000, 0.2)).toBeCloseTo(20_000, -2);
  });

  test('grows no further than that while it keeps nobody waiting', () => {
    run(10_000, 0, false);
    pace.started(pace.ready(), false);
    expect(run(50, 0)).toBeLessThan(300);
  });

  test('stays where the process works as much as it may', () => {
    run(1_000, 0.3);
    run(500, 0.65);
    const before = run(1_000, 0.65);
    expect(run(1_000, 0.65)).toBeCloseTo(before, -2);
  });

  test('shrinks while the process works more, down to 500 a second and no further', () => {
    run(10_000, 1);
    expect(run(1_000, 1)).toBeCloseTo(500, -1);
    run(60_000, 1);
    expect(run(1_000, 1)).toBeCloseTo(500, -1);
  });

  test('after a busy spell, a process that has time is back at 5,000 a second', () => {
    run(10_000, 1);
    run(2_000, 0, false);
    pace.started(pace.ready(), false);
    pass(4);
    expect(pace.ready()).toBe(20);
  });

  test('one busy turn among many counts for little, and one of an hour as one', () => {
    run(1_000, 0);
    const before = run(50, 0);
    pass(3_600_000, 1);
    pace.started(pace.ready(), true);
    run(200, 0);
    expect(run(50, 0)).toBeGreaterThan(before / 2);
  });

  test('rests until one may start', () => {
    expect(pace.restMs(12)).toBe(0);
    pace.started(pace.ready() + 9, true);
    expect(pace.restMs(0)).toBe(2);
    pass(2);
    expect(pace.ready()).toBe(1);
  });

  test('rests when the process works as much as it may: 2 ms, or as long as the last claim took', () => {
    run(1_000, 0.65);
    pass(1_000, 0.65);
    pace.ready();
    expect(pace.restMs(0)).toBeCloseTo(2);
    expect(pace.restMs(12)).toBeCloseTo(12);
    run(1_000, 0.1);
    expect(pace.restMs(12)).toBeLessThan(3);
  });

  test('a clock that does not know how busy it is slows nobody down', async () => {
    const manual = new ManualClock();
    const unaware = new Pace(manual);
    let started = 0;
    for (let passedMs = 0; passedMs < 3_000; passedMs += 5) {
      await manual.advance(5);
      const count = unaware.ready();
      unaware.started(count, true);
      started += count;
    }
    expect(started).toBeGreaterThan(20_000);
  });
});
