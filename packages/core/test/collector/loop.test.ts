import { beforeEach, describe, expect, test } from 'vitest';
import { backoffMs, Loop, type Next } from '../../src/collector/loop.js';
import { ManualClock } from '../../src/testing/index.js';
import { deferred } from './deferred.js';

let clock: ManualClock;
/** When the step ran. */
let runs: number[];

beforeEach(() => {
  clock = new ManualClock();
  runs = [];
});

/** A step that says when to run again: a number, or with a rest. */
type Step = () => number | Next | Promise<number>;

const loopOf = (step: Step, failed: (error: unknown) => void = () => undefined) =>
  new Loop(
    clock,
    async () => {
      runs.push(clock.monotonicMs());
      const next = await step();
      return typeof next === 'number' ? { inMs: next } : next;
    },
    failed,
  );

describe('Loop', () => {
  test('runs the step at once, then as often as it asks', async () => {
    const delays = [100, 250];
    loopOf(() => delays.shift() ?? 1_000).start();
    expect(runs).toEqual([]);
    await clock.advance(1_000);
    expect(runs).toEqual([0, 100, 350]);
  });

  test('runs one step at a time, and yields to other timers between two that follow at once', async () => {
    let under = 0;
    let most = 0;
    const others: number[] = [];
    const loop = loopOf(async () => {
      most = Math.max(most, ++under);
      clock.schedule(0, () => others.push(runs.length));
      await Promise.resolve();
      under--;
      return runs.length < 5 ? 0 : 1_000;
    });
    loop.start();
    await clock.advance(1);
    expect(runs).toHaveLength(5);
    expect(most).toBe(1);
    expect(others).toEqual([1, 2, 3, 4, 5]);
  });

  test('a wake runs it now, and moves the next run', async () => {
    const loop = loopOf(() => 1_000);
    loop.start();
    await clock.advance(300);
    loop.wake();
    await clock.advance(1_500);
    expect(runs).toEqual([0, 300, 1_300]);
  });

  test('a wake during a run makes one more, however many wakes there were', async () => {
    const gate = deferred<number>();
    const loop = loopOf(() => (runs.length === 1 ? gate.promise : 1_000));
    loop.start();
    await clock.advance(10);
    for (let wakes = 0; wakes < 5; wakes++) loop.wake();
    await clock.advance(10);
    expect(runs).toEqual([0]);
    gate.resolve(1_000);
    await clock.advance(100);
    expect(runs).toEqual([0, 20]);
  });

  test('a run that is due already is not pushed back by another wake', async () => {
    const loop = loopOf(() => 1_000);
    loop.start();
    await clock.advance(10);
    loop.wake();
    let seen = 0;
    clock.schedule(0, () => (seen = runs.length));
    loop.wake();
    await clock.advance(0);
    expect(seen).toBe(2);
  });

  test('nobody wakes it before it has rested, and then once', async () => {
    const loop = loopOf(() => ({ inMs: 1_000, restMs: 40 }));
    loop.start();
    await clock.advance(10);
    loop.wake();
    loop.wake();
    await clock.advance(29);
    expect(runs).toEqual([0]);
    await clock.advance(500);
    expect(runs).toEqual([0, 40]);
    loop.wake();
    await clock.advance(1_000);
    expect(runs).toEqual([0, 40, 539, 1_539]);
  });

  test('a rest that is longer than the pause counts, also for a wake in mid-run', async () => {
    const loop = loopOf(() => {
      if (runs.length === 1) loop.wake();
      return { inMs: 10, restMs: 50 };
    });
    loop.start();
    await clock.advance(120);
    expect(runs).toEqual([0, 50, 100]);
  });

  test('L5: a step that fails is repeated after a backoff that stays at 2 s, and nothing stops the loop', async () => {
    const errors: unknown[] = [];
    let broken = true;
    const loop = loopOf(
      () => {
        if (broken) throw new Error(`failure ${runs.length}`);
        return 500;
      },
      (error) => errors.push(error),
    );
    loop.start();
    await clock.advance(9_100);
    expect(runs).toEqual([0, 100, 300, 700, 1_500, 3_100, 5_100, 7_100, 9_100]);
    expect(errors).toHaveLength(9);
    broken = false;
    await clock.advance(3_000);
    expect(runs.slice(9)).toEqual([11_100, 11_600, 12_100]);
    broken = true;
    await clock.advance(600);
    // The backoff begins anew after a success.
    expect(runs.slice(12)).toEqual([12_600, 12_700]);
  });

  test('and a wake shortens no backoff: it knows nothing of the failure', async () => {
    const loop = loopOf(() => {
      throw new Error('down');
    });
    loop.start();
    for (let n = 0; n < 699; n++) {
      await clock.advance(1);
      loop.wake();
    }
    expect(runs).toEqual([0, 100, 300]);
    await clock.advance(1);
    expect(runs.at(-1)).toBe(700);
  });

  test('stop() waits for the run under way and leaves no timer', async () => {
    const gate = deferred<number>();
    const loop = loopOf(() => gate.promise);
    loop.start();
    await clock.advance(0);
    let stopped = false;
    const stopping = loop.stop().then(() => (stopped = true));
    loop.wake();
    await clock.advance(10);
    expect(stopped).toBe(false);
    gate.resolve(0);
    await stopping;
    await clock.advance(10_000);
    expect(runs).toEqual([0]);
    expect(clock.pending).toBe(0);
  });

  test('stop() cancels a run that waits; before start() a wake does nothing', async () => {
    const loop = loopOf(() => 100);
    loop.wake();
    expect(clock.pending).toBe(0);
    loop.start();
    await clock.advance(50);
    await loop.stop();
    await loop.stop();
    expect(clock.pending).toBe(0);
    await clock.advance(1_000);
    expect(runs).toEqual([0]);
  });
});

test('backoffMs doubles from 100 ms to 2 s', () => {
  expect([1, 2, 3, 4, 5, 6, 7, 1_100].map(backoffMs)).toEqual([
    100, 200, 400, 800, 1_600, 2_000, 2_000, 2_000,
  ]);
});
