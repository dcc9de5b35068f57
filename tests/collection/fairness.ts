import { randomBelow, seededRandom } from '@lease/core/testing';
import { type Conduct, prompt } from './endpoints.js';
import { VirtualCluster } from './virtual-cluster.js';
import type { TimedStore } from './virtual-store.js';

/** The endpoints that are watched. */
const NINE = Array.from({ length: 9 }, (_, n) => `http://well-${n}.test`);
const TENTH = 'http://tenth.test';

/** From one instant at which something may fall due to the next, in ms, at most. */
const MAX_TICK_MS = 9;
const BURST_EVERY_MS = 2_500;

export interface Surge {
  readonly seconds: number;
  /** Objects that fall due at each endpoint in a second, on average. */
  readonly perSecond: number;
  /** So many more at each endpoint, all in one instant, every 2.5 s. Default none. */
  readonly burst?: number;
  /** Of the tenth endpoint. Default: the policy's, 10 s. */
  readonly attemptTimeoutMs?: number;
  /** What was due before this is not looked at. Default 0. */
  readonly sinceMs?: number;
}

export interface Neighbours {
  /** How the tenth endpoint behaves. Unset: there is none. */
  readonly tenth?: Conduct;
  /** Brings the cluster into the state in which the watch begins. */
  readonly before?: (cluster: VirtualCluster) => Promise<void>;
}

/** p99 of the time from the moment when an object fell due, in ms. */
export interface Waits {
  readonly count: number;
  /** Until its callback started. */
  readonly startedMs: number;
  /** Until it was answered. */
  readonly doneMs: number;
}

/**
 * How long the cleanups of nine endpoints take, beside others. The nine answer within 10 to 200 ms, 75 on average, and
 * each call to the store takes 5, so that a claim more than needed shows. What is due is found within 100 ms.
 */
export async function waitsOfNine(timed: TimedStore, surge: Surge, neighbours: Neighbours): Promise<Waits> {
  const { seconds, perSecond, burst = 0, attemptTimeoutMs = 10_000, sinceMs = 0 } = surge;
  const { tenth, before } = neighbours;
  const cluster = new VirtualCluster(timed, { storeLatencyMs: 5, sweepIntervalMs: 100 });
  const latencies = seededRandom(5);
  for (const endpoint of NINE) {
    cluster.endpoints.behave(endpoint, () => prompt(10 + Math.floor(190 * latencies.next() ** 2)));
  }
  if (tenth !== undefined) cluster.endpoints.behave(TENTH, tenth);
  cluster.start();
  await before?.(cluster);

  const startMs = cluster.clock.monotonicMs();
  const arrivals = seededRandom(6);
  let burstAtMs = BURST_EVERY_MS;
  for (let ms = 0; ms < 1_000 * seconds;) {
    const tickMs = 1 + randomBelow(arrivals, MAX_TICK_MS);
    const isBurst = ms >= burstAtMs;
    if (isBurst) burstAtMs += BURST_EVERY_MS;
    for (const endpoint of [...NINE, TENTH]) {
      // Drawn for the tenth even if there is none: the nine have the same day with it and without.
      const count = Number(arrivals.next() < (perSecond * tickMs) / 1_000) + (isBurst ? burst : 0);
      if (count === 0 || (endpoint === TENTH && tenth === undefined)) continue;
      await cluster.fallDue(endpoint, count, endpoint === TENTH ? { attemptTimeoutMs } : {});
    }
    await cluster.pass(tickMs);
    ms += tickMs;
  }
  await cluster.pass(2_000);
  await cluster.stop();

  const watched = cluster.endpoints.callbacks.filter(
    ({ endpoint, startedMs, startedAfterMs }) =>
      NINE.includes(endpoint) && startedMs - startedAfterMs >= startMs + sinceMs,
  );
  return {
    count: watched.length,
    startedMs: p99(watched.map(({ startedAfterMs }) => startedAfterMs)),
    doneMs: p99(watched.map(({ endedAfterMs = Infinity }) => endedAfterMs)),
  };
}

function p99(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * 0.99) - 1] ?? NaN;
}
