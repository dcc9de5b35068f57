import { beforeEach, describe, expect, test } from 'vitest';
import { Gait } from '../../src/collector/gait.js';
import { Pace } from '../../src/collector/pace.js';
import { ManualClock } from '../../src/testing/index.js';
import { BusyClock } from './busy-clock.js';
import { claimsOf } from './scripted-store.js';

let clock: BusyClock;
let pace: Pace;

beforeEach(() => {
  clock = new BusyClock();
  pace = new Pace(clock, new Gait(clock));
});

/** Claims as many as it may, or fewer; the store answers after so long, and then the process works so long. */
function claim(waitMs: number, workMs = 0, count = pace.batch): void {
  expect(pace.restMs()).toBe(0);
  clock.idle(waitMs);
  pace.answered(claimsOf(count));
  clock.spend(workMs);
  pace.started(true);
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
    for (const [restMs, workMs] of [
      [1, 3],
      [2, 3],
      [3, 6],
      [2, 2],
    ] as const) {
      expect(pace.restMs()).toBe(restMs);
      clock.spend(workMs);
    }
    expect(pace.restMs()).toBe(0);
    expect(pace.batch).toBe(8);
  });

  test('and more when its turns are longer than that, or the store slower: 300 a second', () => {
    for (let n = 0; n < 10; n++) {
      claim(0, 60);
      expect(pace.restMs()).toBe(0);
      expect(pace.batch).toBe(18);
    }
  });

  test('what was busy for an hour, and is no more, owes 16 ms', () => {
    claim(0, 3_600_000);
    clock.idle(16);
    claim(0, 3);
    expect(rest()).toBe(1);
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
    claim(4, 9);
    expect(rest()).toBe(3);
    claim(4, 3);
    expect(rest()).toBe(9);
  });

  test('claims more at once while there is more and time, up to 48', () => {
    for (const batch of [16, 24, 32, 40, 48, 48]) {
      claim(10);
      expect(pace.batch).toBe(batch);
      rest();
    }
  });

  test('where fewer fall due, the next claim waits for nothing', () => {
    claim(5, 0, 7);
    expect(pace.restMs()).toBe(0);
    claim(5, 0, 0);
    expect(pace.restMs()).toBe(0);
  });

  test('not while fewer fall due', () => {
    for (let n = 0; n < 10; n++) {
      claim(10, 0, 7);
      rest();
    }
    expect(pace.batch).toBe(8);
  });

  test('claims half as many when work piles up, in whole numbers, and never less than 8', () => {
    for (let n = 0; n < 4; n++) {
      claim(4);
      rest();
    }
    expect(pace.batch).toBe(40);
    for (const batch of [20, 10, 8, 8]) {
      claim(0, 3);
      expect(pace.batch).toBe(batch);
      rest();
    }
  });

  test('a clock that does not know how busy it is takes whatever a claim took for the time of the store', async () => {
    const manual = new ManualClock();
    const unaware = new Pace(manual, new Gait(manual));
    for (let n = 0; n < 20; n++) {
      expect(unaware.restMs()).toBe(0);
      await manual.advance(4);
      unaware.answered(claimsOf(unaware.batch));
      unaware.started(true);
      expect(unaware.restMs()).toBe(12);
      await manual.advance(12);
    }
    expect(unaware.batch).toBe(48);
  });
});
