import { beforeEach, describe, expect, test } from 'vitest';
import type { CleanupClaim, SweepReport } from '../../src/index.js';
import { Gait } from '../../src/collector/gait.js';
import { BusyClock } from './busy-clock.js';
import { claimOf, QUIET } from './scripted-store.js';

const BEHIND: SweepReport = { ...QUIET, expired: 100, due: 100, nextInMs: 0 };
const BUSY: SweepReport = { ...QUIET, status: 'busy' };

let clock: BusyClock;
let gait: Gait;

beforeEach(() => {
  clock = new BusyClock();
  gait = new Gait(clock);
  steady(0);
});

/** So many fall due in each second of twelve, and the sweep keeps up. */
function steady(perSecond: number): void {
  for (let ms = 0; ms <= 12_000; ms += 500) {
    clock.idle(500);
    gait.swept({ ...QUIET, due: perSecond / 2 });
  }
}

/** What may start at once of claims that fell due so long ago. */
const answered = (...lateMs: readonly number[]) => answeredAs({}, ...lateMs);

const answeredAs = (parts: Partial<CleanupClaim>, ...lateMs: readonly number[]) =>
  gait.answered(lateMs.map((ms, n) => ({ ...claimOf(n), dueTime: clock.wallMs() - ms, ...parts })));

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

  test('but 30 ms at most, and 100 start in a second however late turns are', async () => {
    gait.giveWay();
    answered(201);
    expect(await turn(9)).toEqual([10 + 30, 4]);
    expect(await turn(99)).toEqual([100 + 30, 13]);
  });

  test('old cleanups among as many that are in time are no storm', () => {
    gait.giveWay();
    expect(answered(3_600_000, 10)).toBe(4);
    expect(answered(3_600_000, 3_600_000, 10)).toBe(2);
  });

  test('L1: nor are retries, which are late always', () => {
    gait.giveWay();
    expect(answeredAs({ attempt: 2 }, 3_600_000, 3_600_000)).toBe(4);
  });

  test('L1: nor is what is late where 30 fall due in a second, and were made up for until now', () => {
    steady(30);
    gait.giveWay();
    expect(answered(500)).toBe(4);
    gait.swept(BEHIND);
    expect(answered(500)).toBe(4);
    steady(29);
    gait.giveWay();
    expect(answered(500)).toBe(2);
    expect(gait.isGentle).toBe(true);
    steady(30);
    gait.giveWay();
    expect(answered(500)).toBe(4);
    expect(gait.isGentle).toBe(false);
  });

  test.each([
    ['released ones', { reason: 'RELEASED' }, 4],
    ['retries', { reason: 'EXPIRED', attempt: 2 }, 4],
    ['not what sweeps found, which is counted already', { reason: 'EXPIRED' }, 2],
  ] satisfies [string, Partial<CleanupClaim>, number][])(
    'L1: counts when they are claimed: %s',
    (_, parts, starts) => {
      for (let ms = 0; ms <= 12_000; ms += 500) {
        clock.idle(500);
        answeredAs(parts, ...Array.from({ length: 50 }, () => 0));
        gait.swept(QUIET);
      }
      gait.giveWay();
      expect(answered(500)).toBe(starts);
    },
  );

  test('L1: nor is anything in a process that has never kept up', () => {
    gait = new Gait(clock);
    gait.giveWay();
    gait.swept(BEHIND);
    expect(answered(500)).toBe(4);
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

  test('L4: sweeps are smaller in a storm, but not where cleanups wait for them, or nobody calls', () => {
    expect(gait.mostSwept).toBe(Infinity);
    gait.giveWay();
    gait.swept(BEHIND);
    answered(0);
    expect(gait).toMatchObject({ isGentle: true, mostSwept: Infinity });
    answered(201);
    expect(gait).toMatchObject({ isGentle: true, mostSwept: 50 });
    clock.idle(101);
    answered(302);
    expect(gait).toMatchObject({ isGentle: false, mostSwept: Infinity });
  });

  test('a sweep that leaves leases overdue is the begin of a storm', () => {
    gait.giveWay();
    gait.swept(BEHIND);
    expect(answered(0)).toBe(2);
    gait.swept(QUIET);
    expect(answered(0)).toBe(4);
  });

  test('one that finds another replica at it ends no storm, and begins none', () => {
    gait.giveWay();
    gait.swept(BUSY);
    expect(answered(0)).toBe(4);
    gait.swept(BEHIND);
    gait.swept(BUSY);
    expect(answered(0)).toBe(2);
  });

  test('a full page of leases that were renewed in time is no storm', () => {
    gait.giveWay();
    gait.swept({ ...BEHIND, expired: 50, rearmed: 50 });
    expect(answered(0)).toBe(4);
  });

  test('L4: the end of a storm gives way as well: what its sweeps found is no steady load', () => {
    for (let ms = 0; ms < 30_000; ms += 100) {
      clock.idle(100);
      gait.swept(BEHIND);
    }
    gait.swept(QUIET);
    gait.giveWay();
    expect(answered(201)).toBe(2);
  });

  test('L1: what is late for more than ten minutes is load, and kept up with in haste, until nothing was for ten seconds', () => {
    const isLate = (forMs: number) => {
      for (let ms = 0; ms < forMs; ms += 1_000) {
        // Endpoints that are full, or a few in time, make no difference.
        for (const lateMs of [[], [0], [500]]) {
          gait.giveWay();
          answered(...lateMs);
        }
        clock.idle(1_000);
      }
      gait.giveWay();
      return answered(500);
    };
    expect(isLate(600_000)).toBe(2);
    expect(isLate(1_000)).toBe(4);
    expect(isLate(3_600_000)).toBe(4);
    clock.idle(10_001);
    expect(isLate(0)).toBe(2);
  });
});
