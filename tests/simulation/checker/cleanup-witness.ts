import {
  type ClaimCleanups,
  type CleanupClaim,
  type CleanupOutcome,
  type CollectionState,
  type ForgetCleanup,
  type ForgetCleanupResult,
  objectKey,
  type Instant,
  type PauseCollection,
  type Prune,
  type PruneReport,
  type RetryCleanup,
  type RetryCleanupResult,
  type SettleResult,
} from '@lease/core';
import { stateOf } from './known-cleanup.js';
import { takeStock, type WitnessParts } from './stock.js';

/** The same for the verbs about cleanups, and for those that stop and resume collection. */
export class CleanupWitness {
  readonly #parts: WitnessParts;

  constructor(parts: WitnessParts) {
    this.#parts = parts;
  }

  async claimed(command: ClaimCleanups, claims: readonly CleanupClaim[]): Promise<void> {
    const { claims: log, cleanups, leases, pauses, storeNow, takeovers, worldMs, verdict } = this.#parts;
    const now = storeNow();
    pauses.claimed(claims.length, now);
    this.#meetClaim(claims, now);
    const isQuiet =
      claims.length === 0 &&
      !cleanups.pending.some((known) => known.state === 'CLAIMED' && known.dueAt <= now);
    if (isQuiet) return;
    verdict.expect(
      claims.length <= command.limit,
      'S1',
      () => `${claims.length} claims, asked were ${command.limit}`,
    );
    for (const claim of claims) {
      const key = objectKey(claim.object);
      const [holder] = leases.active(key);
      verdict.expect(
        holder === undefined,
        'S1',
        () => `${key} was claimed while lease ${holder?.lease.leaseId} is active`,
      );
      takeovers.claimed(claim.cleanupId, now);
      cleanups.claimed(claim, command.claimMs, now);
      log.claimed(claim, worldMs());
    }
    await takeStock(this.#parts);
  }

  /** What a claim leaves as it is. Idle looks are most of what happens: nothing of them is worth counting. */
  #meetClaim(claims: readonly CleanupClaim[], now: Instant): void {
    const { cleanups, leases, pairs, pauses } = this.#parts;
    const isPaused = pauses.operatorPauses(now);
    if (claims.length === 0 && !isPaused) return;
    const event = isPaused ? 'claim in a pause' : 'claim';
    if (leases.heldObjects > 0) pairs.met('object', 'HELD', event, 'HELD');
    const claimed = new Set(claims.map(({ cleanupId }) => cleanupId));
    for (const known of cleanups.pending) {
      const ranOut = known.state === 'CLAIMED' && known.dueAt <= now;
      if (claimed.has(known.cleanupId) || (ranOut && !isPaused)) continue;
      pairs.met('object', stateOf(known), event, stateOf(known));
    }
  }

  async settled(outcomes: readonly CleanupOutcome[], results: readonly SettleResult[]): Promise<void> {
    const { attempts, cleanups, lives, store, storeNow, verdict, worldMs } = this.#parts;
    for (const [i, outcome] of outcomes.entries()) {
      verdict.expect(
        outcome.detail?.includes('\u0000') !== true,
        'R15',
        () => 'a detail with U+0000 reached the store',
      );
      const result = results[i];
      if (result === undefined) continue;
      const before = cleanups.get(outcome.cleanupId)?.state;
      cleanups.settled(outcome, result, storeNow(), worldMs());
      if (before !== 'CLAIMED' || cleanups.get(outcome.cleanupId)?.state !== 'COLLECTED') continue;
      attempts.collected(outcome.cleanupId);
      await lives.finished(store, outcome.cleanupId);
    }
    await takeStock(this.#parts);
  }

  async retried(commands: readonly RetryCleanup[], results: readonly RetryCleanupResult[]): Promise<void> {
    const { cleanups, pairs, storeNow } = this.#parts;
    commands.forEach(({ cleanupId, delayMs }, i) => {
      const result = results[i];
      if (result === undefined) return;
      const state = cleanups.stateOf(cleanupId);
      if (result === 'retried') cleanups.retried(cleanupId, storeNow() + delayMs);
      pairs.met('object', state, 'retry', result === 'retried' ? 'DUE' : result);
    });
    await takeStock(this.#parts);
  }

  async forgotten(
    commands: readonly ForgetCleanup[],
    results: readonly ForgetCleanupResult[],
  ): Promise<void> {
    const { cleanups, lives, pairs, store, storeNow, worldMs } = this.#parts;
    for (const [i, { cleanupId }] of commands.entries()) {
      const result = results[i];
      if (result === undefined) continue;
      const state = cleanups.stateOf(cleanupId);
      const isEnded = result === 'forgotten' && cleanups.forgotten(cleanupId, storeNow(), worldMs());
      pairs.met('object', state, 'forget', result === 'forgotten' ? 'FORGOTTEN' : result);
      if (isEnded) await lives.finished(store, cleanupId);
    }
    await takeStock(this.#parts);
  }

  /** Only what ended long ago may go: what is open or abandoned never does. */
  async pruned({ finishedCleanupsOlderThanMs }: Prune, report: PruneReport): Promise<void> {
    const { cleanups, pairs, store, storeNow, verdict } = this.#parts;
    const before = storeNow() - finishedCleanupsOlderThanMs;
    let gone = 0;
    for (const known of report.cleanups === 0 ? cleanups.pending : cleanups.all) {
      if (known.pruned) continue;
      const state = stateOf(known);
      const isLeft = (await store.getCleanup(known.cleanupId)) !== undefined;
      pairs.met('object', state, 'prune', isLeft ? state : 'none');
      if (isLeft) continue;
      gone += 1;
      known.pruned = true;
      verdict.expect(
        (known.endedAt ?? Infinity) < before,
        'S3',
        () => `cleanup ${known.cleanupId}, ${known.state}, was pruned too early`,
      );
    }
    // Told is the larger number of cleanups and attempts.
    verdict.expect(
      gone <= report.cleanups,
      'S6',
      () => `a prune says ${report.cleanups} cleanups went, ${gone} did`,
    );
  }

  paused({ forMs }: PauseCollection): void {
    this.#parts.pauses.paused(forMs, this.#parts.storeNow());
  }

  resumed({ pauses }: CollectionState): void {
    this.#parts.pauses.resumed();
    this.#parts.recoveries.resumed();
    this.#parts.verdict.expect(
      pauses.length === 0,
      'S14',
      () => `after a resume, ${pauses.length} pauses are in force`,
    );
  }
}
