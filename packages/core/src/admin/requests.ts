import type { AbandonReason, Cleanup, CleanupState } from '../cleanup/cleanup.js';
import type { Instant } from '../clock/clock.js';
import type { Answer } from '../service/answer.js';

/** Which cleanups to list. Unset fields do not filter. */
export interface ListCleanupsRequest {
  /** Those that this service owns. */
  readonly serviceId?: string;
  /** Those of objects of this type. */
  readonly objectType?: string;
  /** Those with this endpoint, see `endpointOf`. */
  readonly endpoint?: string;
  /** Unset: open or abandoned. */
  readonly state?: CleanupState;
  readonly abandonReason?: AbandonReason;
  /** 0 or unset: 100; more than 1,000 are cut to 1,000. */
  readonly pageSize?: number;
  /** From the page before, with the same filter. */
  readonly pageToken?: string;
}

export interface CleanupListing {
  readonly cleanups: readonly Cleanup[];
  /** Unset on the last page. */
  readonly nextPageToken?: string;
  readonly now: Instant;
}

export interface ListAttemptsRequest {
  readonly cleanupId: string;
  /** The last ones. 0 or unset: 100; more than 1,000 are cut to 1,000. */
  readonly limit?: number;
}

/** Which abandoned cleanups. Unset fields do not filter. */
export type AbandonedCleanupFilter = Pick<
  ListCleanupsRequest,
  'serviceId' | 'objectType' | 'endpoint' | 'abandonReason'
>;

/** Retry abandoned cleanups: exactly one of `cleanupIds` and `filter`. */
export interface RetryCleanupsRequest {
  /** 1 to 1,000; a repeated one is legal. */
  readonly cleanupIds?: readonly string[];
  /** An empty one matches all. */
  readonly filter?: AbandonedCleanupFilter;
  /** With a filter, at most so many. 0 or unset: 100; more than 1,000 are cut to 1,000. */
  readonly limit?: number;
  /** Spreads the first attempts evenly over this time from now. 0 to 24 h, default 0. */
  readonly staggerMs?: number;
}

export interface ForgetCleanupsRequest {
  /** 1 to 1,000; a repeated one is legal. */
  readonly cleanupIds: readonly string[];
  /** Why, in the operator's words. 1 to 256 bytes of UTF-8 without control characters and bidi marks. */
  readonly reason: string;
}

/** What became of one cleanup. */
export interface CleanupVerdict {
  readonly cleanupId: string;
  readonly answer: Answer<undefined>;
}

export interface RetriedCleanups {
  /** With `cleanupIds`: `results[i]` answers `cleanupIds[i]`. With a filter: those that are due again. */
  readonly results: readonly CleanupVerdict[];
  /** With a filter: the limit was reached, and a further call may find more. */
  readonly more: boolean;
}

export interface PauseCollectionRequest {
  /** 1 s to 7 d. */
  readonly forMs: number;
  /** Why, for other operators. At most 256 bytes of UTF-8 without control characters and bidi marks. Default empty. */
  readonly note?: string;
}
