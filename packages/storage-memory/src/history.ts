import type { Cleanup, CleanupAttempt, Instant, ListCleanups } from '@lease/core';
import { matchesCleanup, type Page } from '@lease/core/serial-store';
import { type Arrival, ArrivalLog } from './arrival-log.js';
import { Queue } from './queue.js';

interface Finished extends Arrival {
  readonly cleanup: Cleanup;
}

/** At most so many finished cleanups and as many attempts stay; beyond it the oldest go before their time. */
const MAX_ENTRIES = 100_000;

/** What became of cleanups: their attempts, and those that are finished. */
export class History {
  readonly #attempts = new Queue<CleanupAttempt>();
  readonly #byFence = new Map<number, CleanupAttempt>();
  readonly #byCleanup = new Map<string, CleanupAttempt[]>();
  readonly #finished = new Queue<Finished>();
  readonly #finishedById = new Map<string, Finished>();
  readonly #arrivals = new ArrivalLog<Finished>();

  appendAttempt(attempt: CleanupAttempt): void {
    if (this.#attempts.size === MAX_ENTRIES) this.#dropAttempt();
    this.#attempts.push(attempt);
    this.#byFence.set(attempt.fence, attempt);
    const siblings = this.#byCleanup.get(attempt.cleanupId);
    if (siblings === undefined) this.#byCleanup.set(attempt.cleanupId, [attempt]);
    else siblings.push(attempt);
  }

  attemptByFence(fence: number): CleanupAttempt | undefined {
    return this.#byFence.get(fence);
  }

  attempts(cleanupId: string, limit: number): readonly CleanupAttempt[] {
    return this.#byCleanup.get(cleanupId)?.slice(-limit) ?? [];
  }

  appendFinished(cleanup: Cleanup): void {
    if (this.#finished.size === MAX_ENTRIES) this.#dropFinished();
    const entry: Finished = { cleanup, seq: 0 };
    this.#finished.push(entry);
    this.#finishedById.set(cleanup.cleanupId, entry);
    this.#arrivals.append(entry);
  }

  finished(cleanupId: string): Cleanup | undefined {
    return this.#finishedById.get(cleanupId)?.cleanup;
  }

  page(query: ListCleanups): Page<Cleanup> {
    return this.#arrivals.page(query.cursor, query.limit, ({ cleanup }) =>
      matchesCleanup(cleanup, query) ? cleanup : undefined,
    );
  }

  /** Drops at most `limit` entries of each kind from before the instant; returns the larger number. */
  prune(before: Instant, limit: number): number {
    let cleanups = 0;
    for (; cleanups < limit && (this.#finished.peek()?.cleanup.endTime ?? Infinity) < before; cleanups += 1) {
      this.#dropFinished();
    }
    let attempts = 0;
    for (; attempts < limit && (this.#attempts.peek()?.settleTime ?? Infinity) < before; attempts += 1) {
      this.#dropAttempt();
    }
    return Math.max(cleanups, attempts);
  }

  #dropFinished(): void {
    const entry = this.#finished.shift();
    if (entry === undefined) return;
    this.#finishedById.delete(entry.cleanup.cleanupId);
    this.#arrivals.remove(entry);
  }

  /** The oldest attempt of all is the first of its cleanup. */
  #dropAttempt(): void {
    const attempt = this.#attempts.shift();
    if (attempt === undefined) return;
    this.#byFence.delete(attempt.fence);
    const siblings = this.#byCleanup.get(attempt.cleanupId);
    siblings?.shift();
    if (siblings?.length === 0) this.#byCleanup.delete(attempt.cleanupId);
  }
}
