import { FAILING, prompt } from './endpoints.js';
import { VirtualCluster } from './virtual-cluster.js';
import type { TimedStore } from './virtual-store.js';

const ENDPOINT = 'http://down.test';
const MINUTE_MS = 60_000;
/** From one word about how it goes to the next. */
const STRIDE_MINUTES = 60;
/** What is in flight at one endpoint when its breaker opens, of one replica. */
const PER_ENDPOINT = 16;

export interface LongOutage {
  readonly cleanups: number;
  readonly minutes: number;
  readonly progress?: (line: string) => void;
}

export interface LongOutageReport {
  readonly cleanups: number;
  readonly minutes: number;
  /** Attempts made while the endpoint was down: probes, and those that opened the breaker. */
  readonly attempts: number;
  readonly probes: number;
  readonly openAfterwards: number;
  /** From the endpoint's return until everything was collected, in virtual time. */
  readonly collectedWithinMs: number;
  readonly abandoned: number;
  readonly violations: readonly string[];
}

/** One replica, whose only endpoint answers 500 for hours while a long queue is due there, and then is well. */
export async function longOutage(
  timed: TimedStore,
  { cleanups, minutes, progress }: LongOutage,
): Promise<LongOutageReport> {
  const cluster = new VirtualCluster(timed);
  cluster.endpoints.behave(ENDPOINT, FAILING);
  await cluster.fallDue(ENDPOINT, cleanups);
  cluster.start();
  for (let left = minutes; left > 0; left -= STRIDE_MINUTES) {
    await cluster.pass(Math.min(left, STRIDE_MINUTES) * MINUTE_MS);
    const { open } = (await cluster.stats()).cleanups;
    const toGo = Math.max(0, left - STRIDE_MINUTES);
    progress?.(`${toGo} min to go: ${open} open, ${cluster.endpoints.callbacks.length} attempts`);
  }
  const attempts = cluster.endpoints.callbacks.length;
  const probes = cluster.events.filter(
    (event) => event.type === 'breaker-changed' && event.from === 'half-open' && event.to === 'open',
  ).length;
  const { open: openAfterwards } = (await cluster.stats()).cleanups;

  cluster.endpoints.behave(ENDPOINT, prompt());
  const backMs = cluster.clock.monotonicMs();
  const limitMs = 75_000 + 5 * cleanups;
  while (cluster.clock.monotonicMs() - backMs < limitMs && (await cluster.stats()).cleanups.open > 0) {
    await cluster.pass(1_000);
  }
  const collectedWithinMs = cluster.clock.monotonicMs() - backMs;
  const { open, abandoned, collected } = (await cluster.stats()).cleanups;
  await cluster.stop();
  const violations = [
    ...(openAfterwards < 0.99 * cleanups ? [`only ${openAfterwards} of ${cleanups} were still open`] : []),
    ...(attempts - probes > PER_ENDPOINT ? [`${attempts} attempts, but ${probes} probes`] : []),
    ...(collected < 0.99 * cleanups ? [`${collected} of ${cleanups} collected, ${open} open`] : []),
  ];
  return {
    ...{ cleanups, minutes, attempts, probes, openAfterwards, collectedWithinMs, abandoned, violations },
  };
}
