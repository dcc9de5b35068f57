import type { Cleanup, CleanupAttempt, Instant, ListCleanups } from '@lease/core';
import { matchesCleanup, type Page } from '@lease/core/serial-store';
import { ArrivalLog } from './arrival-log.js';
import { KeptAttempt, KeptCleanup } from './kept-cleanup.js';
import { Queue } from './queue.js';

/** At most so many finished cleanups and as many attempts stay; beyond it the oldest go before their time. */
const MAX_ENTRIES = 100_000;

/** All that is kept of one cleanup: one map for the three, since each key of a map costs as much as an attempt. */
interface Trace {
  finished: KeptCleanup | undefined;
  firstAttempt: KeptAttempt | undefined;
  lastAttempt: KeptAttempt | undefined;
}

/** What became of cleanups: their attempts, and those that are finished. */
export class History {
  readonly #traces = new Map<string, Trace>();
  readonly #attempts = new Queue<KeptAttempt>();
  readonly #finished = new Queue<KeptCleanup>();
  readonly #arrivals = new ArrivalLog<KeptCleanup>();

  appendAttempt(attempt: CleanupAttempt): void {
    if (this.#attempts.size === MAX_ENTRIES) this.#dropAttempt();
    const kept = new KeptAttempt(attempt);
    this.#attempts.push(kept);
    const trace = this.#trace(kept.cleanupId);
    if (trace.lastAttempt === undefined) trace.firstAttempt = kept;
    else trace.lastAttempt.next = kept;
    trace.lastAttempt = kept;
  }

  attempt(cleanupId: string, fence: number): CleanupAttempt | undefined {
    return this.#attemptsOf(cleanupId)
      .map(({ attempt }) => attempt)
      .find((attempt) => attempt.fence === fence);
  }

  attempts(cleanupId: string, limit: number): readonly CleanupAttempt[] {
    return this.#attemptsOf(cleanupId)
      .slice(-limit)
      .map(({ attempt }) => attempt);
  }

  appendFinished(cleanup: Cleanup): void {
    if (this.#finished.size === MAX_ENTRIES) this.#dropFinished();
    const kept = new KeptCleanup(cleanup);
    this.#finished.push(kept);
    this.#trace(kept.cleanupId).finished = kept;
    this.#arrivals.append(kept);
  }

  finished(cleanupId: string): Cleanup | undefined {
    return this.#traces.get(cleanupId)?.finished?.cleanup;
  }

  page(query: ListCleanups): Page<Cleanup> {
    return this.#arrivals.page(query.cursor, query.limit, ({ cleanup }) =>
      matchesCleanup(cleanup, query) ? cleanup : undefined,
    );
  }

  /** Drops at most `limit` entries of each kind from before the instant; returns the larger number. */
  prune(before: Instant, limit: number): number {
    let cleanups = 0;
    for (; cleanups < limit && (this.#finished.peek()?.endTime ?? Infinity) < before; cleanups += 1) {
      this.#dropFinished();
    }
    let attempts = 0;
    for (; attempts < limit && (this.#attempts.peek()?.settleTime ?? Infinity) < before; attempts += 1) {
      this.#dropAttempt();
    }
    return Math.max(cleanups, attempts);
  }

  #trace(cleanupId: string): Trace {
    let trace = this.#traces.get(cleanupId);
    if (trace === undefined) {
      trace = { finished: undefined, firstAttempt: undefined, lastAttempt: undefined };
      this.#traces.set(cleanupId, trace);
    }
    return trace;
  }

  /** Oldest first. */
  #attemptsOf(cleanupId: string): KeptAttempt[] {
    const attempts: KeptAttempt[] = [];
    let attempt = this.#traces.get(cleanupId)?.firstAttempt;
    for (; attempt !== undefined; attempt = attempt.next) attempts.push(attempt);
    return attempts;
  }

  #dropFinished(): void {
    const kept = this.#finished.shift();
    if (kept === undefined) return;
    this.#arrivals.remove(kept);
    const trace = this.#trace(kept.cleanupId);
    trace.finished = undefined;
    this.#forgetIfEmpty(kept.cleanupId, trace);
  }

  /** The oldest attempt of all is the first of its cleanup. */
  #dropAttempt(): void {
    const kept = this.#attempts.shift();
    if (kept === undefined) return;
    const trace = this.#trace(kept.cleanupId);
    trace.firstAttempt = kept.next;
    if (kept.next === undefined) trace.lastAttempt = undefined;
    this.#forgetIfEmpty(kept.cleanupId, trace);
  }

  #forgetIfEmpty(cleanupId: string, trace: Trace): void {
    if (trace.finished === undefined && trace.firstAttempt === undefined) this.#traces.delete(cleanupId);
  }
}
