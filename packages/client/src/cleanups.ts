import type { LeaseError } from './lease-error.js';
import type { ObjectRef } from './lease.js';

/** Open: `DUE`, `CLAIMED`. Waits for an operator: `ABANDONED`. Finished: the other three. */
export type CleanupState = 'DUE' | 'CLAIMED' | 'ABANDONED' | 'COLLECTED' | 'REVIVED' | 'FORGOTTEN';

/** Why a cleanup was given up. */
export type AbandonReason =
  'ATTEMPTS_EXHAUSTED' | 'ENDPOINT_NOT_FOUND' | 'TERMINAL_ANSWER' | 'TARGET_FORBIDDEN' | 'CLAIM_LOST';

/** One run of an object's cleanup, pending or finished. */
export interface Cleanup {
  /** UUID. The idempotency key: all attempts of one cleanup carry it. */
  readonly cleanupId: string;
  readonly object: ObjectRef;
  /** Marks the life of the object that has ended. */
  readonly generation: number;
  readonly state: CleanupState;
  /** How the last lease on the object ended. */
  readonly reason: 'EXPIRED' | 'RELEASED';
  /** The service that owns the cleanup. */
  readonly serviceId: string;
  /** The lease that gave the cleanup. */
  readonly leaseId: string;
  /** The lease whose end made the object due. */
  readonly lastLeaseId: string;
  /** `http://host:port`, `https://host`, `grpc://host:port`, `grpcs://host:port` or `handler:TYPE`. */
  readonly endpoint: string;
  readonly targetKind: 'HTTP' | 'GRPC' | 'HANDLER';
  /** Attempts that were started, over all budgets. */
  readonly attempts: number;
  /** When the last lease ended. */
  readonly dueTime: Date;
  /** `DUE`: not before this instant. `CLAIMED`: when the claim runs out. */
  readonly nextAttemptTime?: Date;
  /** When it was abandoned or finished. */
  readonly endTime?: Date;
  /** `CLAIMED`: the process that collects it, and what marks its claim. */
  readonly claimant?: string;
  readonly fence?: number;
  /** `ABANDONED`: why. */
  readonly abandonReason?: AbandonReason;
  /** What the last settled attempt left behind. Empty: nothing. */
  readonly lastDetail: string;
  /** `FORGOTTEN`: the operator's words. */
  readonly forgetReason?: string;
}

/** How one attempt ended. `LOST`: its claim ran out, nobody knows. */
export type AttemptOutcome = 'DONE' | 'RETRY' | 'FAIL' | 'UNSTARTED' | 'LOST';

/** One entry of a cleanup's history: a claim, and what became of it. */
export interface CleanupAttempt {
  /** 1 for the first. */
  readonly attempt: number;
  readonly fence: number;
  /** The process that made it. */
  readonly claimant: string;
  readonly outcome: AttemptOutcome;
  readonly claimTime: Date;
  /** When the outcome was recorded. */
  readonly settleTime: Date;
  /** From sending to the end of the answer. Unset: nothing was sent, or nobody knows. */
  readonly durationMs?: number;
  /** HTTP status or gRPC code, by the cleanup's `targetKind`. Unset without an answer. */
  readonly statusCode?: number;
  /** What the answer or the failure said. Empty: nothing. */
  readonly detail: string;
}

/** Which abandoned cleanups. What is not set does not filter. */
export interface AbandonedCleanups {
  readonly serviceId?: string;
  readonly objectType?: string;
  /** Spelled as in {@link Cleanup}. */
  readonly endpoint?: string;
  readonly abandonReason?: AbandonReason;
}

/** Which cleanups to list. What is not set does not filter. */
export interface ListCleanups extends AbandonedCleanups {
  /** Default: open or abandoned. */
  readonly state?: CleanupState;
  /** Cleanups fetched at a time. Default 100, at most 1,000. */
  readonly pageSize?: number;
}

/** Which abandoned cleanups to retry, and how fast. */
export type RetryCleanups = RetryPace &
  (
    | { readonly cleanupIds: readonly string[]; readonly filter?: never }
    | {
        /** An empty one matches all. */
        readonly filter: AbandonedCleanups;
        /** Default 100, at most 1,000. */
        readonly limit?: number;
        readonly cleanupIds?: never;
      }
  );

export interface RetryPace {
  /** Spreads the first attempts evenly over this time from now. 0 to 24 h, default 0. */
  readonly staggerMs?: number;
}

/** What became of one cleanup: done, unless there is an error. */
export interface CleanupResult {
  readonly cleanupId: string;
  readonly error?: LeaseError;
}

export interface RetriedCleanups {
  /** With ids, one for each; with a filter, those that are due again. */
  readonly results: readonly CleanupResult[];
  /** With a filter: a further call may find more. */
  readonly more: boolean;
}

/** How far a retry of all has come. */
export interface RetryProgress {
  /** Those that are due again. */
  readonly retried: number;
  /** Those that were abandoned no more when their turn came. */
  readonly skipped: number;
}

/** `GAP`: our own outage. `BRAKE`: too many holders vanished at once. `OPERATOR`: somebody said so. */
export type PauseReason = 'GAP' | 'BRAKE' | 'OPERATOR';

/** `OPERATOR`: nothing expires and nothing is claimed. The others: (almost) nothing expires. */
export interface Pause {
  readonly reason: PauseReason;
  readonly until: Date;
  /** `OPERATOR`: why. Empty: nobody said. */
  readonly note: string;
}

/** Whether leases expire and cleanups run: the same for all replicas. */
export interface CollectionState {
  /** The pauses in force. Empty: collection goes on. */
  readonly pauses: readonly Pause[];
  /** When a replica last swept. Unset: never. */
  readonly lastSweepTime?: Date;
  readonly serverTime: Date;
}
