import type {
  CleanupClaim,
  CleanupOutcome,
  CreateLease,
  CreateResult,
  ReleaseLease,
  ReleaseResult,
  RenewLease,
  RenewResult,
  SettleResult,
  SweepReport,
} from '@lease/core';

/** What a store answered to one command. */
export type Answer =
  | { readonly verb: 'create'; readonly command: CreateLease; readonly result: CreateResult }
  | { readonly verb: 'renew'; readonly command: RenewLease; readonly result: RenewResult }
  | { readonly verb: 'release'; readonly command: ReleaseLease; readonly result: ReleaseResult }
  | { readonly verb: 'claim'; readonly claims: readonly CleanupClaim[] }
  | { readonly verb: 'settle'; readonly command: CleanupOutcome; readonly result: SettleResult }
  | { readonly verb: 'sweep'; readonly report: SweepReport };
