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

/** Claims, which the store answers after so long, and works so long at what was claimed. */
function claim(waitMs: number, workMs = 0, isMore = true): void {
  expect(pace.restMs()).toBe(0);
  clock.idle(waitMs);
  clock.spend(workMs);
  pace.claimed(isMore);
}

/** Rests for as long as it takes. How long that was. */
function rest(): number {
  let restedMs = 0;
  for (let restMs = pace.restMs(); restMs > 0; restMs = pace.restMs()) {
    clock.idle(restMs);
    restedMs += restMs;
  }
  return restedMs;
}

describe('Pace', () => {
  test('begins at once, with 8', () => {
    expect(pace.restMs()).toBe(0);
    expect(pace.batch).toBe(8);
  });

  test('a process that worked for 3 ms is idle for 1 ms first, in whole milliseconds', () => {
    claim(0, 3);
    expect(rest()).toBe(1);
    claim(0, 4);
    expect(rest()).toBe(2);
  });

  test('what it does besides counts, and so does idle time', () => {
    claim(0, 3);
    clock.spend(6);
    expect(pace.restMs()).toBe(3);
    clock.idle(2);
    expect(pace.restMs()).toBe(1);
    clock.spend(3);
    expect(pace.restMs()).toBe(2);
  });

  test('idle time is not saved up', () => {
    clock.idle(3_600_000);
    claim(0, 3);
    expect(rest()).toBe(1);
  });

  test('a process that is always busy claims 8 in 16 ms all the same', () => {
    claim(0, 2);
    for (const restMs of [1, 2, 3, 4]) {
      expect(pace.restMs()).toBe(restMs);
      clock.spend(restMs * 2);
    }
    expect(pace.restMs()).toBe(0);
    for (let n = 0; n < 100; n++) {
      clock.spend(16);
      claim(0, 0);
      expect(pace.batch).toBe(8);
    }
  });

  test('a store that was waited for is left alone three times as long', () => {
    claim(5);
    expect(rest()).toBe(15);
    claim(20);
    expect(rest()).toBe(60);
  });

  test('but 100 ms at most: a process that slept for a minute has no time to lose', () => {
    claim(60_000);
    expect(rest()).toBe(100);
  });

  test('the work of this process while it waits is no work of the store', () => {
    claim(2, 30);
    expect(rest()).toBe(8);
  });

  test('claims more at once while there is more and time, up to 64', () => {
    for (const batch of [16, 24, 32, 40, 48, 56, 64, 64]) {
      claim(10);
      expect(pace.batch).toBe(batch);
      rest();
    }
  });

  test('not while nothing is left', () => {
    for (let n = 0; n < 10; n++) {
      claim(10, 0, false);
      rest();
    }
    expect(pace.batch).toBe(8);
  });

  test.each([
    ['work piles up', () => claim(1, 12)],
    ['the store is much slower than usual', () => claim(33)],
  ])('claims half as many when %s, in whole numbers, and never less than 8', (_, claimMany) => {
    for (let n = 0; n < 4; n++) {
      claim(10);
      rest();
    }
    expect(pace.batch).toBe(40);
    for (const batch of [20, 10, 8, 8]) {
      claimMany();
      expect(pace.batch).toBe(batch);
      rest();
    }
  });

  test('a store that stays slow is slow as usual after some minutes', () => {
    claim(1);
    rest();
    claim(30);
    rest();
    expect(pace.batch).toBe(8);
    for (let minute = 0; minute < 6; minute++) {
      clock.idle(60_000);
      claim(30);
      rest();
    }
    expect(pace.batch).toBeGreaterThan(8);
  });

  test('a clock that does not know how busy it is slows nobody down', async () => {
    const manual = new ManualClock();
    const unaware = new Pace(manual);
    for (let n = 0; n < 20; n++) {
      expect(unaware.restMs()).toBe(0);
      unaware.claimed(true);
      await manual.advance(1);
    }
    expect(unaware.batch).toBe(64);
  });
});
