import type { Instant } from '../clock/clock.js';
import type { AbandonReason, Cleanup, CleanupState } from '../cleanup/cleanup.js';
import type { ObjectRef } from '../lease/object-ref.js';

/** Claim due cleanups, fairly between their endpoints. */
export interface ClaimCleanups {
  /** Who claims: an identity that is new at each start of a process. */
  readonly claimant: string;
  /** The claimant's free slots, now. */
  readonly limit: number;
  /** At most so many of one endpoint in this call. */
  readonly perEndpointLimit: number;
  /** Endpoints to pass over: the claimant has no slot left for them. */
  readonly busyEndpoints: readonly string[];
  /** How long the claims last. */
  readonly claimMs: number;
}

/** Whether an attempt may have changed something at its endpoint. */
export type Contact =
  /** There was an answer: the endpoint is done with this attempt. Spends budget. */
  | 'answered'
  /** A timeout, or a reset after sending: the endpoint may still be at it. Spends budget, bars revival. */
  | 'unanswered'
  /** Connection refused, no such host: nothing was sent. Spends nothing. */
  | 'unreached';

interface Outcome {
  readonly cleanupId: string;
  readonly object: ObjectRef;
  readonly fence: number;
  readonly durationMs?: number;
  readonly statusCode?: number;
  readonly detail?: string;
}

/** What became of a claimed attempt. */
export type CleanupOutcome =
  /** The object is gone. */
  | (Outcome & { readonly kind: 'done' })
  /** Try again after `delayMs`; abandoned with `abandonReason` if this spent the last of the budget. */
  | (Outcome & {
      readonly kind: 'retry';
      readonly contact: Contact;
      readonly delayMs: number;
      readonly abandonReason: AbandonReason;
    })
  /** No retry can mend it: abandoned at once. */
  | (Outcome & { readonly kind: 'fail'; readonly abandonReason: AbandonReason })
  /** Never sent; given back at once, with its attempt number and budget. */
  | (Outcome & { readonly kind: 'unstarted' });

/** `stale`: the fence is not the current one. Nothing changed, but it was counted. */
export type SettleResult = 'settled' | 'stale';

/** Give an abandoned cleanup a fresh budget: same `cleanupId`, attempt numbers go on. */
export interface RetryCleanup {
  readonly cleanupId: string;
  /** Not before this long from now; staggers a mass retry. */
  readonly delayMs: number;
}

/** Drop a cleanup that is `ABANDONED` or `DUE`: somebody took care of the object by hand. */
export interface ForgetCleanup {
  readonly cleanupId: string;
  /** The operator's words, kept with the finished cleanup. At most 256 bytes. */
  readonly reason: string;
}

export type RetryCleanupResult = 'retried' | 'CLEANUP_NOT_FOUND' | 'CLEANUP_NOT_ABANDONED';
export type ForgetCleanupResult = 'forgotten' | 'CLEANUP_NOT_FOUND' | 'CLEANUP_NOT_ABANDONED';

/** Which cleanups to list. Unset fields do not filter; unset `state` lists the open and abandoned ones. */
export interface ListCleanups {
  readonly serviceId?: string;
  readonly objectType?: string;
  readonly endpoint?: string;
  readonly state?: CleanupState;
  readonly abandonReason?: AbandonReason;
  /** At most so many cleanups; a page may hold fewer and still have a successor. */
  readonly limit: number;
  readonly cursor?: string;
}

export interface CleanupPage {
  readonly cleanups: readonly Cleanup[];
  readonly nextCursor?: string;
  readonly now: Instant;
}
