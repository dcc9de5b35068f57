import { setTimeout as delay } from 'node:timers/promises';
import { randomItem, seededRandom } from '@lease/core/testing';
import { eventually } from '../helpers/eventually.js';
import type { RunningPostgres } from '../helpers/postgres/running-postgres.js';
import { CLAIM_MS, Cluster, TAKEOVER_MS } from './cluster.js';
import type { ClaimRow } from './tables.js';

export interface KillOptions {
  readonly rounds: number;
  readonly seed: number;
  /** Lives lived at once. Default 24. */
  readonly workers?: number;
  readonly postgres?: RunningPostgres;
  /** From the end of a claim to the next attempt, at most. Default: what L2 promises; more where the machine is busy. */
  readonly lateMs?: number;
  /** A killed replica is away for up to so long. Default 3 s. */
  readonly maxAwayMs?: number;
  readonly progress?: (line: string) => void;
}

export interface KillReport {
  readonly rounds: number;
  readonly acknowledged: { readonly creates: number; readonly renewals: number; readonly releases: number };
  /** Calls of the holders that failed: a killed replica may cost time, but no call. */
  readonly failedCalls: number;
  readonly callbacks: number;
  /** Callbacks beyond the first of a cleanup. */
  readonly duplicates: number;
  /** Claims found unsettled right after the kills. */
  readonly unsettled: number;
  /** The longest from a kill to the next attempt of a cleanup that it interrupted (L2). */
  readonly takeoverMs: number;
  readonly violations: readonly string[];
}

/** F1: kills a random replica under load, again and again, each time in the middle of callbacks. */
export async function killRounds(options: KillOptions): Promise<KillReport> {
  const {
    rounds,
    seed,
    workers = 24,
    postgres,
    maxAwayMs = 3_000,
    lateMs = TAKEOVER_MS,
    progress = () => undefined,
  } = options;
  const random = seededRandom(seed);
  await using cluster = await Cluster.start({ seed, ...(postgres && { postgres }) });
  const { ledger, endpoint } = cluster;
  const load = cluster.load({ workers });
  const kills: { readonly atMs: number; readonly claims: readonly ClaimRow[] }[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    await load.more(50);
    const victim = randomItem(random, cluster.replicas);
    // However busy the machine is: a kill between two callbacks proves nothing.
    await eventually(
      async () => {
        if ((await cluster.tables.claimsOf(victim.claimant)).length === 0)
          throw new Error(`${victim.name} is not in the middle of anything`);
      },
      { deadlineMs: 30_000, everyMs: 1 },
    );
    const claims = await cluster.kill(victim);
    kills.push({ atMs: Date.now(), claims });
    await load.more(50);
    await delay(random.next() * maxAwayMs);
    await cluster.start(victim);
    progress(
      `round ${round} of ${rounds}: ${claims.length} claims unsettled, ${endpoint.calls.length} callbacks`,
    );
  }
  await load.stop();
  await cluster.rest();

  const unsettled = kills.flatMap(({ claims }) => claims);
  const violations = [...(await cluster.judge({ unsettled }))];
  if (unsettled.length === 0) violations.push('no kill hit a callback: nothing was proved');
  let takeoverMs = 0;
  for (const { atMs, claims } of kills) {
    for (const claim of claims) {
      const next = endpoint.calls.find(
        ({ cleanupId, fence }) => cleanupId === claim.cleanupId && fence > claim.fence,
      );
      if (next === undefined) continue;
      takeoverMs = Math.max(takeoverMs, next.arrivedMs - atMs);
    }
  }
  if (takeoverMs > CLAIM_MS + lateMs) violations.push(`L2: a takeover came ${takeoverMs} ms after the kill`);
  return {
    rounds,
    acknowledged: {
      creates: ledger.acknowledgedCreates,
      renewals: ledger.acknowledgedRenewals,
      releases: ledger.acknowledgedReleases,
    },
    failedCalls: ledger.failures.length,
    callbacks: endpoint.calls.length,
    duplicates: cluster.duplicates,
    unsettled: unsettled.length,
    takeoverMs,
    violations,
  };
}
