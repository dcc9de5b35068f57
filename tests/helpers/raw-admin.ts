import type { RawStatus, RawTimestamp } from './raw-messages.js';

// CleanupAdminService's answers, written as those in raw-messages.

export interface RawListedCleanup {
  readonly cleanup_id: string;
  readonly object: { readonly type: string; readonly id: string };
  readonly generation: number;
  readonly state: string;
  readonly reason: string;
  readonly service_id: string;
  readonly lease_id: string;
  readonly last_lease_id: string;
  readonly endpoint: string;
  readonly target_kind: string;
  readonly attempts: number;
  readonly due_time: RawTimestamp;
  readonly next_attempt_time: RawTimestamp | null;
  readonly end_time: RawTimestamp | null;
  readonly claimant: string;
  readonly fence: number;
  readonly abandon_reason: string;
  readonly last_detail: string;
  readonly forget_reason: string;
}

interface RawAttempt {
  readonly attempt: number;
  readonly fence: number;
  readonly claimant: string;
  readonly outcome: string;
  readonly claim_time: RawTimestamp;
  readonly settle_time: RawTimestamp;
  readonly duration: RawTimestamp | null;
  readonly status_code?: number;
  readonly detail: string;
}

interface RawVerdicts {
  readonly results: readonly { readonly cleanup_id: string; readonly error: RawStatus | null }[];
}

interface RawState {
  readonly state: {
    readonly pauses: readonly {
      readonly reason: string;
      readonly until: RawTimestamp;
      readonly note: string;
    }[];
    readonly last_sweep_time: RawTimestamp | null;
  };
  readonly server_time: RawTimestamp;
}

export interface AdminAnswers {
  readonly ListCleanups: {
    readonly cleanups: readonly RawListedCleanup[];
    readonly next_page_token: string;
    readonly server_time: RawTimestamp;
  };
  readonly GetCleanup: { readonly cleanup: RawListedCleanup };
  readonly RetryCleanups: RawVerdicts & { readonly more: boolean };
  readonly ForgetCleanups: RawVerdicts;
  readonly ListCleanupAttempts: { readonly attempts: readonly RawAttempt[] };
  readonly GetCollectionState: RawState;
  readonly PauseCollection: RawState;
  readonly ResumeCollection: RawState;
}

export type AdminMethod = keyof AdminAnswers;
