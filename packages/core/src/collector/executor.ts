import type { AbandonReason, CleanupClaim } from '../cleanup/cleanup.js';
import type { Contact } from '../store/cleanup-verbs.js';

/** How one attempt ended, as its executor saw it. */
export type AttemptResult =
  /** The object is gone. */
  | { readonly kind: 'done'; readonly statusCode?: number; readonly detail?: string }
  /** Worth another attempt. */
  | {
      readonly kind: 'retry';
      readonly contact: Contact;
      /**
       * What stood in the way: the endpoint, which then fails whatever else is sent to it, or something about this one
       * cleanup (a conflict, a wrong path), which counts neither for the endpoint's breaker nor against it.
       * Default `endpoint`.
       */
      readonly cause?: 'endpoint' | 'cleanup';
      /** What the endpoint asked for (Retry-After); the collector caps it. */
      readonly retryAfterMs?: number;
      /** The reason to give if this attempt spends the last of the budget. Default `ATTEMPTS_EXHAUSTED`. */
      readonly abandonReason?: AbandonReason;
      readonly statusCode?: number;
      readonly detail?: string;
    }
  /** No retry can mend it. */
  | {
      readonly kind: 'fail';
      readonly abandonReason: AbandonReason;
      readonly statusCode?: number;
      readonly detail?: string;
    }
  /**
   * Nothing was sent, because this process cannot (no handler for the type, say), while another one might. Given back
   * at once; this collector then passes the endpoint over for a while.
   */
  | { readonly kind: 'unstarted'; readonly detail?: string };

/**
 * Makes one attempt for one kind of target. Never rejects: what goes wrong is a result. Resolves within
 * `claim.spec.retry.attemptTimeoutMs`, the answer's body included, or soon after `signal` aborts.
 * `detail` is for people; the collector cleans it (see `cleanDetail`), so an executor only bounds what it reads.
 */
export interface Executor {
  execute(claim: CleanupClaim, signal: AbortSignal): Promise<AttemptResult>;
  /** Frees sockets and channels. */
  close(): Promise<void>;
}

/** One executor per kind of target. Cleanups of a kind that has none are left to other replicas. */
export interface Executors {
  readonly http?: Executor;
  readonly grpc?: Executor;
  readonly handler?: Executor;
}
