import type { Instant } from '../clock/clock.js';
import type { Metadata } from '../lease/lease.js';
import type { ObjectRef } from '../lease/object-ref.js';
import type { CleanupSpec } from './cleanup-spec.js';

/** How the last lease on the object ended. */
export type CleanupReason = 'EXPIRED' | 'RELEASED';

/** Open: `DUE`, `CLAIMED`. Waits for an operator: `ABANDONED`. Finished: the other three. */
export type CleanupState = 'DUE' | 'CLAIMED' | 'ABANDONED' | 'COLLECTED' | 'REVIVED' | 'FORGOTTEN';

/** Why a cleanup was given up. */
export type AbandonReason =
  /** The attempts that the policy allows are spent. */
  | 'ATTEMPTS_EXHAUSTED'
  /** The attempts are spent, and the last answer was that there is no such endpoint. */
  | 'ENDPOINT_NOT_FOUND'
  /** The endpoint refused in a way that no retry can mend. */
  | 'TERMINAL_ANSWER'
  /** The target is not allowed (any more). */
  | 'TARGET_FORBIDDEN'
  /** {@link MAX_LOST_CLAIMS} replicas died or hung with this cleanup in their hands. */
  | 'CLAIM_LOST';

/** A cleanup whose claims ran out this often is abandoned: it may be what kills its collectors. */
export const MAX_LOST_CLAIMS = 16;

/** One pending or finished run of an object's cleanup, as it is listed. */
export interface Cleanup {
  /** UUID. The idempotency key: all attempts of one cleanup carry it (S7). */
  readonly cleanupId: string;
  readonly object: ObjectRef;
  readonly generation: number;
  readonly state: CleanupState;
  readonly reason: CleanupReason;
  /** The service that owns the cleanup. */
  readonly serviceId: string;
  /** The lease that gave the cleanup. */
  readonly leaseId: string;
  readonly lastLeaseId: string;
  readonly endpoint: string;
  /** When the last lease ended. */
  readonly dueTime: Instant;
  /** Attempts that were started, over all budgets. */
  readonly attempts: number;
  /** `DUE`: not before this instant. `CLAIMED`: when the claim runs out. */
  readonly nextAttemptTime?: Instant;
  /** `CLAIMED`: who collects it, under which fence. */
  readonly claimant?: string;
  readonly fence?: number;
  /** Finished or abandoned: when. */
  readonly endTime?: Instant;
  readonly abandonReason?: AbandonReason;
  /** `FORGOTTEN`: the operator's words. */
  readonly forgetReason?: string;
  /** What the last settled attempt left behind. At most 1 KiB. */
  readonly lastDetail?: string;
}

/** One replica's time-bound right to make one attempt. Everything the callback needs is in it. */
export interface CleanupClaim {
  readonly cleanupId: string;
  readonly object: ObjectRef;
  readonly generation: number;
  /** Marks this claim; an outcome is accepted only with the current one (S8). */
  readonly fence: number;
  /** 1 for the first attempt; grows (S7). */
  readonly attempt: number;
  readonly reason: CleanupReason;
  readonly dueTime: Instant;
  readonly lastLeaseId: string;
  /** These three: of the lease that gave the cleanup, frozen with it. */
  readonly leaseId: string;
  readonly serviceId: string;
  readonly metadata: Metadata;
  readonly spec: CleanupSpec;
  readonly endpoint: string;
}

/** How one attempt ended. `LOST`: its claim ran out, nobody knows. */
export type AttemptOutcome = 'DONE' | 'RETRY' | 'FAIL' | 'UNSTARTED' | 'LOST';

/** One entry of a cleanup's history. */
export interface CleanupAttempt {
  readonly cleanupId: string;
  readonly attempt: number;
  readonly fence: number;
  readonly claimant: string;
  readonly outcome: AttemptOutcome;
  /** When the cleanup was claimed for this attempt. */
  readonly claimTime: Instant;
  /** When the outcome was recorded. */
  readonly settleTime: Instant;
  /** From sending to the end of the answer, by the replica's monotonic clock. */
  readonly durationMs?: number;
  /** HTTP status or gRPC code, when there was an answer. */
  readonly statusCode?: number;
  /** At most 1 KiB, control characters removed. */
  readonly detail?: string;
}
