import { beforeEach, describe, expect, test } from 'vitest';
import { Pace } from '../../src/collector/pace.js';
import { ManualClock } from '../../src/testing/index.js';

let clock: ManualClock;
let pace: Pace;

beforeEach(() => {
  clock = new ManualClock();
  pace = new Pace(clock);
});

/** Takes all that is ready every 5 ms, for so long; says how many. `more`: whether others still waited. */
async function run(durationMs: number, lateMs: number, more = true): Promise<number> {
  let started = 0;
  for (let passedMs = 0; passedMs < durationMs; passedMs += 5) {
    await clock.advance(5);
    pace.observe(lateMs);
    const count = more ? pace.ready() : 1;
    pace.started(count, more);
    started += count;
  }
  return started;
}

describe('Pace', () => {
  test('begins with a burst of 20, then 1,000 a second', async () => {
    expect(pace.ready()).toBe(20);
    pace.started(20, false);
    expect(pace.ready()).toBe(0);
    await clock.advance(4);
    expect(pace.ready()).toBe(4);
  });

  test('rests until one may start', async () => {
    expect(pace.restMs(12)).toBe(0);
    pace.started(pace.ready() + 9, true);
    expect(pace.restMs(0)).toBe(10);
    await clock.advance(10);
    expect(pace.ready()).toBe(1);
  });

  test('rests when it is late: 4 ms, or as long as the last claim took', async () => {
    await run(1_000, 20);
    await clock.advance(1_000);
    pace.ready();
    expect(pace.restMs(0)).toBe(4);
    expect(pace.restMs(12)).toBe(12);
    await run(1_000, 0.2);
    expect(pace.restMs(12)).toBeLessThan(3);
  });

  test('what nobody used adds up to 20 ms of it at most', async () => {
    await clock.advance(3_600_000);
    expect(pace.ready()).toBe(20);
  });

  test('grows while the process is in time and more is due, up to 20,000 a second', async () => {
    const first = await run(500, 0);
    const second = await run(500, 0);
    expect(second).toBeGreaterThan(2 * first);
    await run(5_000, 0);
    expect(await run(1_000, 0)).toBeCloseTo(20_000, -2);
  });

  test('does not grow while it keeps nobody waiting: the next storm begins as slowly as the first', async () => {
    await run(10_000, 0, false);
    pace.started(pace.ready(), false);
    expect(await run(100, 0)).toBeLessThan(150);
  });

  test('shrinks while the process is late, down to 200 a second and no further', async () => {
    await run(2_000, 0);
    await run(2_000, 20);
    expect(await run(1_000, 20)).toBeCloseTo(200, -1);
    await run(60_000, 20);
    expect(await run(1_000, 20)).toBeCloseTo(200, -1);
  });

  test('shrinks three times as fast as it grows', async () => {
    await run(300, 0);
    const grown = await run(100, 0);
    await run(200, 20);
    expect(await run(100, 20)).toBeLessThan(grown / 2);
  });

  test('one late turn among many in time counts for little, and one after a sleep as one', async () => {
    await run(1_000, 0);
    const before = await run(50, 0);
    await clock.advance(3_600_000);
    pace.observe(3_600_000);
    await run(2_000, 0);
    expect(await run(50, 0)).toBeGreaterThan(before / 2);
  });

  test('what a late turn did not start is not made up for', async () => {
    pace.started(pace.ready(), true);
    await clock.advance(15);
    pace.observe(10);
    // 5 ms at a rate that was 1,000 a second, and 10 ms at the least one.
    expect(pace.ready()).toBe(6);
  });
});
