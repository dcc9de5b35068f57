import { beforeEach, describe, expect, test } from 'vitest';
import type { SweepReport } from '../../src/index.js';
import { Gait } from '../../src/collector/gait.js';
import { BusyClock } from './busy-clock.js';
import { claimOf, QUIET } from './scripted-store.js';

const BEHIND: SweepReport = { ...QUIET, expired: 100, due: 100, nextInMs: 0 };
const BUSY: SweepReport = { ...QUIET, status: 'busy' };

let clock: BusyClock;
let gait: Gait;

beforeEach(() => {
  clock = new BusyClock();
  clock.idle(10_000);
  gait = new Gait(clock);
});

/** What may start at once of claims that fell due so long ago. */
const answered = (...lateMs: readonly number[]) =>
  gait.answered(lateMs.map((ms, n) => ({ ...claimOf(n), dueTime: clock.wallMs() - ms })));

/** How long a turn takes that comes so late, and how many may start after it. */
async function turn(lateMs = 0): Promise<readonly [tookMs: number, starts: number]> {
  const startMs = clock.monotonicMs();
  const over = gait.turn();
  // Its timer is of one millisecond.
  clock.idle(1 + lateMs);
  await clock.runUntil(clock.monotonicMs() + 1_000);
  const starts = await over;
  return [clock.monotonicMs() - startMs, starts];
}

describe('Gait', () => {
  test('is brisk while nobody calls: four at once, however late they and the turns are', async () => {
    expect(answered(3_600_000)).toBe(4);
    expect(gait).toMatchObject({ mostBatch: 48, restPerWait: 3 });
    expect(await turn()).toEqual([1, 4]);
    expect(await turn(100)).toEqual([101, 4]);
  });

  test('L1: is brisk while cleanups are in time, whoever calls', () => {
    gait.giveWay();
    expect(answered(200, 150, 0)).toBe(4);
  });

  test('L4: is gentle in a storm, if somebody has called: two at once', async () => {
    gait.giveWay();
    expect(answered(201, 3_000)).toBe(2);
    expect(gait).toMatchObject({ mostBatch: 24, restPerWait: 1 });
    expect(await turn()).toEqual([1, 2]);
  });

  test('L4: and one after a turn that came late, and whose lateness is waited for twelve times', async () => {
    gait.giveWay();
    answered(201);
    expect(await turn(0.6)).toEqual([expect.closeTo(1.6 + 12 * 0.2), 1]);
  });

  test('but 30 ms at most, and 300 start in a second however late turns are', async () => {
    gait.giveWay();
    answered(201);
    expect(await turn(9)).toEqual([10 + 30, 12]);
    expect(await turn(99)).toEqual([100 + 30, 39]);
  });

  test('old cleanups among as many that are in time are no storm', () => {
    gait.giveWay();
    expect(answered(3_600_000, 10)).toBe(4);
    expect(answered(3_600_000, 3_600_000, 10)).toBe(2);
  });

  test('L1: nor are late ones while others fall due, 200 a second, which would pile up', () => {
    const fallDue = (count: number) => {
      gait.swept(QUIET);
      gait.fellDue(count);
      clock.idle(500);
      gait.swept(QUIET);
      gait.giveWay();
    };
    fallDue(100);
    expect(answered(500)).toBe(4);
    fallDue(99);
    expect(answered(500)).toBe(2);
    expect(gait.isGentle).toBe(true);
    fallDue(100);
    expect(answered(500)).toBe(4);
    expect(gait.isGentle).toBe(false);
  });

  test('L1: nor is a sweep that is behind, beside load that was steady before', () => {
    for (const due of [0, 50, 50]) {
      gait.swept({ ...QUIET, due });
      clock.idle(due * 5);
    }
    // Whatever kept sweeps from it: another replica, a store that was away.
    const outage = (status: SweepReport['status']) => {
      gait.swept({ ...QUIET, status });
      clock.idle(60_000);
      gait.giveWay();
      expect(gait.swept(BEHIND)).toBe(6);
      expect(answered(500)).toBe(4);
    };
    gait.swept(QUIET);
    outage('swept');
    outage('busy');
    outage('paused');
    outage('busy');
    // It has caught up: now the load counts anew.
    gait.swept(QUIET);
    clock.idle(500);
    gait.swept(QUIET);
    gait.giveWay();
    expect(gait.swept(BEHIND)).toBe(12);
    expect(answered(500)).toBe(2);
  });

  test('nor is a claim that found nothing', () => {
    gait.giveWay();
    expect(answered()).toBe(4);
  });

  test('a call counts for a tenth of a second', () => {
    gait.giveWay();
    clock.idle(100);
    expect(answered(500)).toBe(2);
    clock.idle(1);
    expect(answered(500)).toBe(4);
    gait.giveWay();
    expect(answered(500)).toBe(2);
  });

  test('a sweep that leaves leases overdue is the begin of a storm: the next is smaller, and comes later', () => {
    gait.giveWay();
    expect(gait.mostSwept).toBe(Infinity);
    expect(gait.swept(BEHIND)).toBe(12);
    expect(gait.mostSwept).toBe(50);
    expect(answered(0)).toBe(2);
    expect(gait.swept(QUIET)).toBe(6);
    expect(gait.mostSwept).toBe(Infinity);
    expect(answered(0)).toBe(4);
  });

  test('L1: a sweep that is behind is as large, and as soon, where nobody calls', () => {
    expect(gait.swept(BEHIND)).toBe(6);
    expect(gait.mostSwept).toBe(Infinity);
  });

  test('L4: what sweeps found that were behind is no steady load: the end of a storm gives way as well', () => {
    for (const report of [BEHIND, BEHIND, QUIET]) {
      gait.swept(report);
      clock.idle(250);
    }
    gait.giveWay();
    expect(answered(201)).toBe(2);
  });

  test('one that finds another replica at it ends no storm, and begins none', () => {
    gait.giveWay();
    gait.swept(BUSY);
    expect(answered(0)).toBe(4);
    gait.swept(BEHIND);
    gait.swept(BUSY);
    expect(answered(0)).toBe(2);
  });

  test('L1: what is late for more than ten minutes in a row is load, and kept up with in haste', () => {
    const storm = (forMs: number) => {
      clock.idle(forMs);
      gait.giveWay();
      return [gait.swept(BEHIND), answered(500)];
    };
    expect(storm(0)).toEqual([12, 2]);
    expect(storm(600_000)).toEqual([12, 2]);
    expect(storm(1)).toEqual([6, 4]);
    // Until all is in time again: then there may be another storm.
    expect(storm(3_600_000)).toEqual([6, 4]);
    gait.swept(QUIET);
    expect(answered(0)).toBe(4);
    expect(storm(0)).toEqual([12, 2]);
  });

  test('a full page of leases that were renewed in time is no storm', () => {
    gait.giveWay();
    expect(gait.swept({ ...BEHIND, expired: 50, rearmed: 50 })).toBe(6);
    expect(answered(0)).toBe(4);
  });
});
