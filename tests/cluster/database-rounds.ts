import { setTimeout as delay } from 'node:timers/promises';
import { seededRandom } from '@lease/core/testing';
import { eventually } from '../helpers/eventually.js';
import { RawClient } from '../helpers/raw-client.js';
import { RawError } from '../helpers/raw-error.js';
import { Cluster } from './cluster.js';
import { usableSlots } from './slots.js';
import { terminateSessions } from './terminate-sessions.js';

export interface DatabaseOptions {
  /** Sessions that are terminated, one after another. */
  readonly terminations: number;
  /** Immediate stops of the server, each followed by a start. */
  readonly stops: number;
  readonly seed: number;
  /** Lives lived at once. Default 24. */
  readonly workers?: number;
  /** A server that was stopped is away for so long at least, and up to twice that. Default 1 s. */
  readonly awayMs?: number;
  readonly progress?: (line: string) => void;
}

export interface DatabaseReport {
  readonly terminations: number;
  readonly stops: number;
  readonly calls: number;
  /** Calls of the holders that failed within their deadline, which the outages allow. */
  readonly failedCalls: number;
  readonly longestCallMs: number;
  readonly callbacks: number;
  /** The longest from the server's start to an answer of every replica, and to a callback after that start (L5). */
  readonly rpcBackMs: number;
  readonly collectionBackMs: number;
  readonly violations: readonly string[];
}

/** Of the holders' calls: the client's default. */
const CALL_MS = 10_000;

/** For a timer to be heard on a busy machine. */
const SLACK_MS = 1_000;

/** L5. */
const BACK_MS = 10_000;

/** F3, F5: takes sessions and then the whole server away under load. */
export async function databaseRounds(options: DatabaseOptions): Promise<DatabaseReport> {
  const { terminations, stops, seed, workers = 24, awayMs = 1_000, progress = () => undefined } = options;
  const random = seededRandom(seed);
  await using cluster = await Cluster.start({ seed });
  const { ledger, endpoint } = cluster;
  const violations: string[] = [];
  const slotsBefore = await slotsOf(cluster);
  const load = cluster.load({ workers, timeoutMs: CALL_MS });

  await load.more(50);
  await terminateSessions(cluster, terminations, progress);
  await load.more(50);

  let rpcBackMs = 0;
  let collectionBackMs = 0;
  for (let round = 1; round <= stops; round += 1) {
    await cluster.postgres.stop('immediate');
    violations.push(...(await refusedWhileAway(cluster)));
    await delay(awayMs * (1 + random.next()));
    await cluster.postgres.start();
    const backMs = performance.now();
    await Promise.all(
      cluster.replicas.map(async (replica) => {
        const key = await eventually(() => cluster.probe(replica), { deadlineMs: BACK_MS });
        rpcBackMs = Math.max(rpcBackMs, performance.now() - backMs);
        await eventually(() => {
          if (endpoint.callsFor(key).length === 0) throw new Error(`${key} was not collected`);
        });
        collectionBackMs = Math.max(collectionBackMs, performance.now() - backMs);
      }),
    );
    await load.more(50);
    progress(`stop ${round} of ${stops}: RPCs back in ${Math.round(rpcBackMs)} ms at most`);
  }
  await load.stop();
  // Among them leases that only time can end: expiry goes on once the pause is over (S14).
  await cluster.rest();

  // A claim whose answer was lost with its session has no holder. It runs out, and that is all that may be lost.
  violations.push(...(await cluster.judge({ unsettled: await cluster.tables.lostClaims() })));
  const slotsAfter = await slotsOf(cluster);
  if (slotsAfter.join() !== slotsBefore.join())
    violations.push(`slots of the pools: ${slotsBefore.join()} before, ${slotsAfter.join()} after`);
  if (ledger.longestMs > CALL_MS + SLACK_MS) violations.push(`a call took ${ledger.longestMs} ms`);
  if (Math.max(rpcBackMs, collectionBackMs) > BACK_MS)
    violations.push(`L5: RPCs were back after ${rpcBackMs} ms, collection after ${collectionBackMs} ms`);
  for (const { verb, code, message } of ledger.failures) {
    if (code !== 'UNAVAILABLE') violations.push(`F3: ${verb} ended with ${code}: ${message}`);
  }
  return {
    terminations,
    stops,
    calls: ledger.calls,
    failedCalls: ledger.failures.length,
    longestCallMs: Math.round(ledger.longestMs),
    callbacks: endpoint.calls.length,
    rpcBackMs: Math.round(rpcBackMs),
    collectionBackMs: Math.round(collectionBackMs),
    violations,
  };
}

/** F3: without a database every replica says so, and soon. The SDK would ask again and again: it is not asked. */
async function refusedWhileAway(cluster: Cluster): Promise<readonly string[]> {
  const answers = cluster.replicas.map(async ({ name, grpc }) => {
    using client = new RawClient(grpc);
    const startMs = performance.now();
    try {
      await client.call('GetStats', {}, CALL_MS);
      return [`${name} answers without a database`];
    } catch (error) {
      const tookMs = performance.now() - startMs;
      const isRight = error instanceof RawError && error.code === 'UNAVAILABLE';
      return isRight ? [] : [`F3: ${name} after ${tookMs} ms: ${String(error)}`];
    }
  });
  return (await Promise.all(answers)).flat();
}

async function slotsOf(cluster: Cluster): Promise<readonly number[]> {
  const slots: number[] = [];
  for (const replica of cluster.replicas) slots.push(await usableSlots(cluster, replica));
  return slots;
}
