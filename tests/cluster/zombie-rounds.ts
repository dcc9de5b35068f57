import { eventually } from '../helpers/eventually.js';
import type { RunningPostgres } from '../helpers/postgres/running-postgres.js';
import { CLAIM_MS, Cluster, TAKEOVER_MS } from './cluster.js';
import { HELD_TYPE } from './endpoint.js';
import type { Replica } from './replica.js';
import type { ClaimRow } from './tables.js';

export interface ZombieOptions {
  readonly zombies: number;
  readonly seed: number;
  readonly postgres?: RunningPostgres;
  /** From the end of a claim to the next attempt, at most. Default: what L2 promises; more where the machine is busy. */
  readonly lateMs?: number;
  readonly progress?: (line: string) => void;
}

export interface ZombieReport {
  readonly zombies: number;
  /** Outcomes that the store refused and counted. */
  readonly refused: number;
  /** Outcomes that the zombies themselves report as refused. */
  readonly reported: number;
  readonly callbacks: number;
  /** The longest from the claim of a zombie to the next attempt (L2). */
  readonly takeoverMs: number;
  readonly violations: readonly string[];
}

interface Zombie {
  readonly replica: Replica;
  readonly objectKey: string;
  readonly claim: ClaimRow;
}

/**
 * F7: stops a replica in the middle of a callback for longer than its claim, and wakes it when another one is at work or
 * has done it. All but one are stopped together, since each time takes as long as a claim.
 */
export async function zombieRounds(options: ZombieOptions): Promise<ZombieReport> {
  const { zombies: wanted, seed, postgres, lateMs = TAKEOVER_MS, progress = () => undefined } = options;
  await using cluster = await Cluster.start({ seed, ...(postgres && { postgres }) });
  const { endpoint, tables } = cluster;
  const zombies: Zombie[] = [];
  let takeoverMs = 0;
  let awake = 0;
  while (zombies.length < wanted) {
    const batch: Zombie[] = [];
    while (batch.length < cluster.replicas.length - 1 && zombies.length + batch.length < wanted) {
      batch.push(await stopInTheMiddle(cluster, batch));
    }
    // The answers wait where the zombies will find them.
    endpoint.answerHeld();
    for (const zombie of batch) takeoverMs = Math.max(takeoverMs, await takenOver(cluster, zombie));
    // One comes back while the other attempt is under way, and must not settle that; one when it is over.
    await wake(cluster, batch.slice(0, 1), (awake += 1));
    endpoint.answerHeld();
    await collected(cluster, batch);
    await wake(cluster, batch.slice(1), (awake += batch.length - 1));
    zombies.push(...batch);
    progress(`${zombies.length} of ${wanted} zombies came back`);
  }
  await cluster.rest();
  const reported = await reportedStale(cluster);
  const violations = [
    ...(await cluster.judge({ unsettled: zombies.map(({ claim }) => claim), stale: wanted })),
  ];
  if (reported !== wanted)
    violations.push(`S8: the zombies report ${reported} refused outcomes, not ${wanted}`);
  if (takeoverMs > CLAIM_MS + lateMs) violations.push(`L2: a takeover came ${takeoverMs} ms after the claim`);
  const refused = await tables.staleOutcomes();
  return { zombies: wanted, refused, reported, callbacks: endpoint.calls.length, takeoverMs, violations };
}

/** Lets an object fall due, and stops whoever calls for it. */
async function stopInTheMiddle(cluster: Cluster, stopped: readonly Zombie[]): Promise<Zombie> {
  const awake = cluster.replicas.filter((replica) => stopped.every((zombie) => zombie.replica !== replica));
  const [first] = awake;
  if (first === undefined) throw new Error('nobody is awake');
  const objectKey = await cluster.probe(first, HELD_TYPE);
  const { cleanupId } = await eventually(() => {
    const [call] = cluster.endpoint.callsFor(objectKey);
    if (call === undefined) throw new Error(`${objectKey} was not called for`);
    return call;
  });
  for (const replica of awake) {
    const claim = (await cluster.tables.claimsOf(replica.claimant)).find(
      (each) => each.cleanupId === cleanupId,
    );
    if (claim === undefined) continue;
    replica.pause();
    return { replica, objectKey, claim };
  }
  throw new Error(`nobody who is awake has claimed cleanup ${cleanupId}`);
}

/** Waits for the next attempt. Resolves with how long after the claim of the zombie it came. */
async function takenOver({ endpoint }: Cluster, { objectKey, claim }: Zombie): Promise<number> {
  const next = await eventually(
    () => {
      const call = endpoint.callsFor(objectKey)[1];
      if (call === undefined) throw new Error(`${objectKey} was not taken over`);
      return call;
    },
    { deadlineMs: CLAIM_MS + 10_000 },
  );
  return next.arrivedMs - claim.claimMs;
}

/** Lets them go on, and waits until so many outcomes were refused in all. */
async function wake({ tables }: Cluster, zombies: readonly Zombie[], refused: number): Promise<void> {
  for (const { replica } of zombies) replica.resume();
  await eventually(async () => {
    const stale = await tables.staleOutcomes();
    if (stale < refused) throw new Error(`S8: of ${refused} outcomes of zombies, ${stale} were refused`);
  });
}

async function collected(cluster: Cluster, zombies: readonly Zombie[]): Promise<void> {
  await eventually(async () => {
    const done = new Set((await cluster.tables.finished()).map(({ objectKey }) => objectKey));
    const open = zombies.filter(({ objectKey }) => !done.has(objectKey));
    if (open.length > 0) throw new Error(`${open.length} cleanups that were taken over are not done`);
  });
}

/** The sum of the replicas' own counters. */
async function reportedStale(cluster: Cluster): Promise<number> {
  let sum = 0;
  for (const { http } of cluster.replicas) {
    const metrics = await (await fetch(`${http}/metrics`)).text();
    sum += Number(/^lease_outcomes_stale_total (\d+)$/m.exec(metrics)?.[1] ?? 0);
  }
  return sum;
}
