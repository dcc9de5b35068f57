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
    };

/**
 * Makes one attempt for one kind of target. Never rejects: what goes wrong is a result. Resolves within
 * `claim.spec.retry.attemptTimeoutMs`, the answer's body included, or soon after `signal` aborts.
 * `detail` is cleaned already: at most 1 KiB, no control characters (PostgreSQL text refuses U+0000).
 */
export interface Executor {
  execute(claim: CleanupClaim, signal: AbortSignal): Promise<AttemptResult>;
  /** Frees sockets and channels. */
  close(): Promise<void>;
}
