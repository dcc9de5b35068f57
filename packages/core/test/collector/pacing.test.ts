import { describe, expect, test } from 'vitest';
import { Collector } from '../../src/index.js';
import { recordingExecutor, seededRandom } from '../../src/testing/index.js';
import { BusyClock } from './busy-clock.js';
import { claimOf, QUIET, ScriptedStore } from './scripted-store.js';

/** What the thread spends on one cleanup, half of it before its endpoint thinks. */
const CLEANUP_MS = 0.24;
const LEAST_ENDPOINT_MS = 1;
const MEAN_ENDPOINT_MS = 6;
/** What comes in besides, the renewals, one every 5 ms: what the thread spends on one, and what it takes elsewhere. */
const RENEWAL_EVERY_MS = 5;
const RENEWAL_MS = 0.3;
const WAY_MS = 2;

interface Load {
  readonly seconds: number;
  /** Cleanups that are due at the start, and that fall due in each second. */
  readonly dueAtOnce?: number;
  readonly duePerSecond?: number;
  readonly cleanupMs?: number;
  readonly renewalMs?: number;
  /** From a claim to the store's answer. */
  readonly storeMs?: (nowMs: number) => number;
  /** How long a sweep takes, if leases end by sweeps; else holders release them. */
  readonly sweepMs?: (nowMs: number) => number;
  /** Sets the collector going. */
  readonly drive?: (collector: Collector, clock: BusyClock) => void;
}

interface Report {
  /** From a renewal's start to its answer. */
  readonly renewalP99Ms: number;
  /** From the moment at which a cleanup fell due to the start of its attempt. */
  readonly startP99Ms: number;
  readonly collectedPerSecond: number;
}

async function run(load: Load): Promise<Report> {
  const { seconds, dueAtOnce = 0, duePerSecond = 0, cleanupMs = CLEANUP_MS, renewalMs = RENEWAL_MS } = load;
  const { storeMs, sweepMs } = load;
  const clock = new BusyClock();
  const scripted = new ScriptedStore();
  const random = seededRandom(1);
  const dueMs: number[] = [];
  const startedMs: number[] = [];
  const renewalsMs: number[] = [];
  const executor = recordingExecutor(
    ({ fence }) =>
      new Promise((resolve) => {
        startedMs.push(clock.monotonicMs() - (dueMs[fence] ?? Infinity));
        clock.spend(cleanupMs / 2);
        const jitterMs = -Math.log(1 - random.next()) * (MEAN_ENDPOINT_MS - LEAST_ENDPOINT_MS);
        clock.schedule(LEAST_ENDPOINT_MS + jitterMs, () => {
          clock.spend(cleanupMs / 2);
          resolve({ kind: 'done' });
        });
      }),
  );
  const http = { http: executor };
  const collector = new Collector({ store: scripted.store, executors: http, clock, random });
  if (storeMs) {
    scripted.onClaim = (claim) =>
      new Promise((resolve) => {
        clock.schedule(storeMs(clock.monotonicMs()), () => resolve(scripted.takeDue(claim)));
      });
  }
  const overdue: number[] = [];
  const end = (fence: number) => {
    const claim = claimOf(fence, { endpoint: `http://e${fence % 12}.test` });
    scripted.due.push({ ...claim, dueTime: clock.wallMs() });
  };
  if (sweepMs) {
    scripted.onSweep = ({ limit }) =>
      new Promise((resolve) => {
        clock.schedule(sweepMs(clock.monotonicMs()), () => {
          const ended = overdue.splice(0, limit);
          ended.forEach(end);
          const nextInMs = overdue.length > 0 ? 0 : 1;
          resolve({ ...QUIET, expired: ended.length, due: ended.length, nextInMs });
        });
      });
  }
  const fallDue = () => {
    const fence = dueMs.push(clock.monotonicMs()) - 1;
    if (sweepMs) overdue.push(fence);
    else {
      end(fence);
      collector.wake();
    }
  };
  for (let n = 0; n < dueAtOnce; n++) fallDue();
  for (let n = 0; n < duePerSecond * seconds; n++) clock.schedule((n * 1_000) / duePerSecond, fallDue);
  // Whoever is slow is not asked more slowly.
  for (let sentMs = 0; sentMs < seconds * 1_000; sentMs += RENEWAL_EVERY_MS) {
    clock.schedule(sentMs, () => {
      clock.spend(renewalMs);
      collector.giveWay();
      renewalsMs.push(clock.monotonicMs() - sentMs + WAY_MS);
    });
  }
  if (load.drive) load.drive(collector, clock);
  else collector.start();
  await clock.runUntil(seconds * 1_000);
  const missed = Array.from({ length: dueMs.length - startedMs.length }, () => Infinity);
  return {
    renewalP99Ms: p99(renewalsMs),
    startP99Ms: p99([...startedMs, ...missed]),
    collectedPerSecond: scripted.outcomes.length / seconds,
  };
}

function p99(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length * 0.99)] ?? NaN;
}

/** Starts whatever has a free slot, whenever the thread gets to it. */
const unpaced = (collector: Collector, clock: BusyClock) => {
  const again = () => {
    void collector.claim();
    clock.schedule(1, again);
  };
  again();
};

describe('a process with one thread', () => {
  test('L4: renewals stay within 3 times their idle p99 in a storm of cleanups, which goes on', async () => {
    const idle = await run({ seconds: 4 });
    const storm = await run({ seconds: 4, dueAtOnce: 20_000 });
    expect(storm.renewalP99Ms).toBeLessThanOrEqual(3 * idle.renewalP99Ms);
    expect(storm.collectedPerSecond).toBeGreaterThan(1_500);
    // A storm that nobody paces shows that this process can be overwhelmed.
    const flood = await run({ seconds: 4, dueAtOnce: 20_000, drive: unpaced });
    expect(flood.renewalP99Ms).toBeGreaterThan(3 * idle.renewalP99Ms);
  });

  test('L1: a thousand cleanups that fall due together start within 250 ms', async () => {
    const { startP99Ms } = await run({ seconds: 2, dueAtOnce: 1_000, cleanupMs: 0.1 });
    expect(startP99Ms).toBeLessThanOrEqual(250);
  });

  test.each([
    ['a third of its time', { renewalMs: 1.6, duePerSecond: 600, cleanupMs: 0.5 }],
    ['more than half of its time', { renewalMs: 2.8, duePerSecond: 400, cleanupMs: 0.5 }],
    ['hardly any time', { renewalMs: 0.1, duePerSecond: 1_500, cleanupMs: 0.3 }],
  ])('L1: what falls due steadily beside other work that takes %s starts within 250 ms', async (_, load) => {
    const { startP99Ms } = await run({ seconds: 10, ...load });
    expect(startP99Ms).toBeLessThanOrEqual(250);
  });

  test('L1: a store that answers after 10 ms is asked often enough for 1,000 a second', async () => {
    const { startP99Ms } = await run({ seconds: 5, duePerSecond: 1_000, cleanupMs: 0.2, storeMs: () => 10 });
    expect(startP99Ms).toBeLessThanOrEqual(250);
  });

  test('L1: a claim that was answered after seconds is made up for within 1 s', async () => {
    const storeMs = (nowMs: number) => (nowMs > 2_000 && nowMs < 2_010 ? 4_500 : 1);
    const { startP99Ms } = await run({ seconds: 15, duePerSecond: 20, storeMs });
    expect(startP99Ms).toBeLessThanOrEqual(4_500 + 1_000);
  });

  test.each([
    ['hardly busy', { duePerSecond: 800, cleanupMs: 0.2 }],
    ['busy', { renewalMs: 2.8, duePerSecond: 400, cleanupMs: 0.5 }],
  ])(
    'L1: what piled up while the store was away is made up for beside what falls due, callers keep it %s',
    async (_, load) => {
      const storeMs = (nowMs: number) => (nowMs > 2_000 && nowMs < 2_010 ? 2_000 : 5);
      const { collectedPerSecond } = await run({ seconds: 15, ...load, storeMs });
      expect(collectedPerSecond).toBeGreaterThan(0.99 * load.duePerSecond);
    },
  );

  test('L1: what piled up while nothing was swept is made up for, beside 1,000 a second that expire', async () => {
    const sweepMs = (nowMs: number) => (nowMs > 3_000 && nowMs < 3_100 ? 3_000 : 7);
    const load = { seconds: 15, duePerSecond: 1_000, cleanupMs: 0.2, sweepMs };
    const { collectedPerSecond } = await run(load);
    expect(collectedPerSecond).toBeGreaterThan(0.99 * load.duePerSecond);
  });

  test.each([0, 10, 30])(
    'starts 200 a second and more while callers keep it busy all the time, the store answering after %d ms',
    async (waitMs) => {
      const { collectedPerSecond } = await run({
        seconds: 4,
        dueAtOnce: 10_000,
        renewalMs: 4.8,
        cleanupMs: 0.1,
        storeMs: () => waitMs,
      });
      expect(collectedPerSecond).toBeGreaterThan(200);
    },
  );
});
