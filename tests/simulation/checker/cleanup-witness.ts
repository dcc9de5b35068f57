import {
  type ClaimCleanups,
  type CleanupClaim,
  type CleanupOutcome,
  type CollectionState,
  type ForgetCleanup,
  type ForgetCleanupResult,
  objectKey,
  type PauseCollection,
  type RetryCleanup,
  type RetryCleanupResult,
  type SettleResult,
} from '@lease/core';
import { takeStock, type WitnessParts } from './stock.js';

/** The same for the verbs about cleanups, and for those that stop and resume collection. */
export class CleanupWitness {
  readonly #parts: WitnessParts;

  constructor(parts: WitnessParts) {
    this.#parts = parts;
  }

  async claimed(command: ClaimCleanups, claims: readonly CleanupClaim[]): Promise<void> {
    const { cleanups, leases, pauses, storeNow, worldMs, verdict } = this.#parts;
    const now = storeNow();
    pauses.claimed(claims.length, now);
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
      cleanups.claimed(claim, command.claimMs, now, worldMs());
    }
    await takeStock(this.#parts);
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
    const { cleanups, storeNow } = this.#parts;
    commands.forEach(({ cleanupId, delayMs }, i) => {
      if (results[i] === 'retried') cleanups.retried(cleanupId, storeNow() + delayMs);
    });
    await takeStock(this.#parts);
  }

  async forgotten(
    commands: readonly ForgetCleanup[],
    results: readonly ForgetCleanupResult[],
  ): Promise<void> {
    const { cleanups, lives, store, worldMs } = this.#parts;
    for (const [i, { cleanupId }] of commands.entries()) {
      if (results[i] !== 'forgotten' || !cleanups.forgotten(cleanupId, worldMs())) continue;
      await lives.finished(store, cleanupId);
    }
    await takeStock(this.#parts);
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
