import { ManualClock } from '@lease/core/testing';
import { describe, expect, test } from 'vitest';

describe('ManualClock', () => {
  test('stands still until it is moved', async () => {
    const clock = new ManualClock(1_000);
    expect([clock.monotonicMs(), clock.wallMs()]).toEqual([0, 1_000]);
    await clock.advance(250);
    expect([clock.monotonicMs(), clock.wallMs()]).toEqual([250, 1_250]);
  });

  test('runs timers in the order of their due times, then of their making, each at its instant', async () => {
    const clock = new ManualClock();
    const ran: string[] = [];
    const note = (name: string) => () => ran.push(`${name}@${clock.monotonicMs()}`);
    clock.schedule(30, note('c'));
    clock.schedule(10, note('a'));
    clock.schedule(30, note('d'));
    clock.schedule(20, note('b'));
    clock.schedule(31, note('late'));
    await clock.advance(30);
    expect(ran).toEqual(['a@10', 'b@20', 'c@30', 'd@30']);
    expect(clock.monotonicMs()).toBe(30);
    expect(clock.pending).toBe(1);
  });

  test('runs a timer that is due already only when time is given, even none', async () => {
    const clock = new ManualClock();
    let runs = 0;
    clock.schedule(-5, () => runs++);
    expect(runs).toBe(0);
    await clock.advance(0);
    expect(runs).toBe(1);
  });

  test('lets promise chains settle before, between and after timers', async () => {
    const clock = new ManualClock();
    const ran: string[] = [];
    const sleep = (ms: number) => new Promise<void>((resolve) => clock.schedule(ms, resolve));
    const loop = (async () => {
      for (let turns = 0; turns < 3; turns++) {
        for (let hops = 0; hops < 1_000; hops++) await Promise.resolve();
        await sleep(10);
        ran.push(`turn@${clock.monotonicMs()}`);
      }
    })();
    await clock.advance(30);
    await loop;
    expect(ran).toEqual(['turn@10', 'turn@20', 'turn@30']);
  });

  test('waits for work that takes rounds of the event loop', async () => {
    const clock = new ManualClock();
    const ran: number[] = [];
    clock.schedule(10, () => {
      setImmediate(() => setImmediate(() => clock.schedule(5, () => ran.push(clock.monotonicMs()))));
    });
    await clock.advance(20);
    expect(ran).toEqual([15]);
  });

  test('does not run a timer that was cancelled, not even by the timer before it', async () => {
    const clock = new ManualClock();
    let ran = false;
    const cancel = clock.schedule(20, () => (ran = true));
    clock.schedule(10, cancel);
    await clock.advance(100);
    expect(ran).toBe(false);
    cancel();
  });

  test('R12: keeps delays beyond 2^31-1 ms', async () => {
    const clock = new ManualClock();
    let ran = false;
    clock.schedule(2 ** 31 + 5, () => (ran = true));
    await clock.advance(2 ** 31 + 4);
    expect(ran).toBe(false);
    expect(clock.nextTimerInMs).toBe(1);
    await clock.advance(1);
    expect(ran).toBe(true);
    expect(clock.nextTimerInMs).toBeUndefined();
  });

  test('S15: a step of the wall clock moves neither the monotonic clock nor timers', async () => {
    const clock = new ManualClock(1_000);
    let ran = false;
    clock.schedule(10, () => (ran = true));
    clock.stepWall(86_400_000);
    await clock.advance(9);
    expect(ran).toBe(false);
    expect([clock.monotonicMs(), clock.wallMs()]).toEqual([9, 86_401_009]);
    clock.stepWall(-86_400_000);
    await clock.advance(1);
    expect(ran).toBe(true);
    expect(clock.wallMs()).toBe(1_010);
  });

  test('refuses to go back, and to be moved while it moves', async () => {
    const clock = new ManualClock();
    await expect(clock.advance(-1)).rejects.toThrow(RangeError);
    await expect(clock.advance(Number.NaN)).rejects.toThrow(RangeError);
    const moving = clock.advance(10);
    await expect(clock.advance(1)).rejects.toThrow(/under way/);
    await moving;
    await clock.advance(1);
    expect(clock.monotonicMs()).toBe(11);
  });

  test("a timer that throws is the test's failure, and the clock can be moved on", async () => {
    const clock = new ManualClock();
    clock.schedule(1, () => {
      throw new Error('boom');
    });
    await expect(clock.advance(5)).rejects.toThrow('boom');
    await clock.advance(1);
    expect(clock.monotonicMs()).toBe(2);
  });
});
