import { describe, expect, test } from 'vitest';
import type { CleanupClaim } from '../../src/index.js';
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
/** So long before the load, a collector starts: it knows by then that it keeps up. */
const QUIET_MS = 6_000;

interface Load {
  readonly seconds: number;
  /** Cleanups that fall due at the start, and in each second after it. */
  readonly dueAtOnce?: number;
  readonly duePerSecond?: number;
  /** Those of a second fall due together. */
  readonly inLumps?: boolean;
  /** Of cleanups whose holders released them long ago. */
  readonly retriesPerSecond?: number;
  /** How long the collector runs before. Default {@link QUIET_MS}. */
  readonly quietMs?: number;
  readonly cleanupMs?: number;
  readonly renewalMs?: number;
  /** From a claim to the store's answer, so long after the start. */
  readonly storeMs?: (atMs: number) => number;
  /** How long a sweep takes, if leases end by sweeps; else holders release them. */
  readonly sweepMs?: (atMs: number) => number;
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
  const { storeMs, sweepMs, inLumps = false, retriesPerSecond = 0, quietMs = QUIET_MS } = load;
  const clock = new BusyClock();
  const atMs = () => clock.monotonicMs() - quietMs;
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
        clock.schedule(storeMs(atMs()), () => resolve(scripted.takeDue(claim)));
      });
  }
  const overdue: number[] = [];
  const end = (fence: number, parts: Partial<CleanupClaim>) => {
    const claim = claimOf(fence, { endpoint: `http://e${fence % 12}.test` });
    scripted.due.push({ ...claim, dueTime: clock.wallMs(), ...parts });
  };
  if (sweepMs) {
    scripted.onSweep = ({ limit }) =>
      new Promise((resolve) => {
        clock.schedule(sweepMs(atMs()), () => {
          const ended = overdue.splice(0, limit);
          for (const fence of ended) end(fence, { reason: 'EXPIRED' });
          const nextInMs = overdue.length > 0 ? 0 : 1;
          resolve({ ...QUIET, expired: ended.length, due: ended.length, nextInMs });
        });
      });
  }
  const fallDue = (parts: Partial<CleanupClaim>) => {
    const fence = dueMs.push(clock.monotonicMs()) - 1;
    if (sweepMs) overdue.push(fence);
    else {
      end(fence, parts);
      collector.wake();
    }
  };
  const steadily = (perSecond: number, parts: Partial<CleanupClaim>) => {
    for (let n = 0; n < perSecond * seconds; n++) {
      const afterMs = (n * 1_000) / perSecond;
      clock.schedule(quietMs + (inLumps ? Math.floor(afterMs / 1_000) * 1_000 : afterMs), () => {
        fallDue(parts);
      });
    }
  };
  clock.schedule(quietMs, () => {
    for (let n = 0; n < dueAtOnce; n++) fallDue({ reason: 'EXPIRED' });
    load.drive?.(collector, clock);
  });
  steadily(duePerSecond, { reason: 'RELEASED' });
  steadily(retriesPerSecond, { reason: 'RELEASED', attempt: 2, dueTime: 0 });
  // Whoever is slow is not asked more slowly.
  for (let sentMs = 0; sentMs < seconds * 1_000; sentMs += RENEWAL_EVERY_MS) {
    clock.schedule(quietMs + sentMs, () => {
      clock.spend(renewalMs);
      collector.giveWay();
      renewalsMs.push(atMs() - sentMs + WAY_MS);
    });
  }
  if (!load.drive) collector.start();
  await clock.runUntil(quietMs + seconds * 1_000);
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

/** A store that is away for two seconds. */
const awayMs = (atMs: number) => (atMs > 8_000 && atMs < 8_100 ? 2_000 : 5);

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

  test.each([
    ['most of which are retries', { duePerSecond: 130, retriesPerSecond: 260, storeMs: awayMs }],
    ['all due at the full second', { duePerSecond: 390, inLumps: true, sweepMs: () => 5 }],
  ])('L1: a process that its callers keep busy keeps up with 390 cleanups a second, %s', async (_, load) => {
    const { collectedPerSecond } = await run({ seconds: 30, renewalMs: 2.8, cleanupMs: 0.5, ...load });
    expect(collectedPerSecond).toBeGreaterThan(0.98 * 390);
  });

  test('L1: a process that starts with a backlog makes up for it, beside 950 a second that expire', async () => {
    const load = { dueAtOnce: 3_000, duePerSecond: 950, sweepMs: () => 10 };
    const { collectedPerSecond } = await run({ seconds: 15, quietMs: 0, ...load });
    expect(collectedPerSecond).toBeGreaterThan(0.99 * (load.duePerSecond + 3_000 / 15));
  });

  test.each([0, 10, 30])(
    'starts 50 a second and more while callers keep it busy all the time, the store answering after %d ms',
    async (waitMs) => {
      const { collectedPerSecond } = await run({
        seconds: 4,
        dueAtOnce: 10_000,
        renewalMs: 4.8,
        cleanupMs: 0.1,
        storeMs: () => waitMs,
      });
      expect(collectedPerSecond).toBeGreaterThan(50);
    },
  );
});
