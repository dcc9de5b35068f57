import { type Conduct, FAILING, prompt } from './endpoints.js';
import { VirtualCluster } from './virtual-cluster.js';
import type { TimedStore } from './virtual-store.js';

/** Longer than any of this: what failed once stays in backoff, so that a dead endpoint has nothing due. */
const HOUR_MS = 3_600_000;

export interface Recovery {
  /** Endpoints whose breakers wait for a probe, and that have nothing due. */
  readonly dead: number;
  /** Of them, so many are back: something falls due there, amid the storm. */
  readonly recovered: number;
  /** Endpoints of which each has so much due that it outlasts the watch, and how they behave. */
  readonly busy: number;
  readonly backlog: number;
  readonly conduct: Conduct;
  /** So many further endpoints hold a probe each that hangs. Default none. */
  readonly hanging?: number;
}

export interface Recovered {
  /** Of each recovered endpoint, from the moment when something fell due there to its first success; Infinity: none yet. */
  readonly waitsMs: readonly number[];
  /** What the busy ones still had open at the end: with nothing, there was no storm. */
  readonly leftOver: number;
}

/** How long endpoints that are back wait for their first success while others have a storm of cleanups, watched for so long. */
export async function recover(timed: TimedStore, recovery: Recovery, watchMs: number): Promise<Recovered> {
  const cluster = new VirtualCluster(timed, { storeLatencyMs: 10, sweepIntervalMs: 100 });
  cluster.start();
  const dead = named('dead', recovery.dead);
  const hanging = named('hanging', recovery.hanging ?? 0);
  for (const endpoint of [...dead, ...hanging]) {
    cluster.endpoints.behave(endpoint, FAILING);
    await cluster.fallDue(endpoint, 5, { initialBackoffMs: HOUR_MS, maxBackoffMs: HOUR_MS });
  }
  await cluster.pass(15_000);
  for (const endpoint of hanging) cluster.endpoints.behave(endpoint, 'hangs');
  for (const endpoint of hanging) await cluster.fallDue(endpoint, 1, { attemptTimeoutMs: 30_000 });
  await cluster.pass(15_000);

  const busy = named('busy', recovery.busy);
  for (const endpoint of busy) {
    cluster.endpoints.behave(endpoint, recovery.conduct);
    await cluster.fallDue(endpoint, recovery.backlog);
  }
  await cluster.pass(1_000);
  const back = dead.slice(-recovery.recovered);
  for (const endpoint of back) {
    cluster.endpoints.behave(endpoint, prompt());
    await cluster.fallDue(endpoint);
  }
  await cluster.pass(watchMs);
  const done = cluster.endpoints.callbacks.filter(({ result }) => result === 'done');
  const waitsMs = back.map(
    (endpoint) => done.find((callback) => callback.endpoint === endpoint)?.endedAfterMs ?? Infinity,
  );
  const doneByBusy = done.filter(({ endpoint }) => busy.includes(endpoint)).length;
  await cluster.stop();
  return { waitsMs, leftOver: recovery.busy * recovery.backlog - doneByBusy };
}

function named(name: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, n) => `http://${name}-${n}.test`);
}
