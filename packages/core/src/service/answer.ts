/** Why a request was refused. The same words stand in ErrorInfo on the wire and in the client's errors. */
export type RefusalReason =
  | 'INVALID_REQUEST'
  | 'LEASE_NOT_FOUND'
  | 'CLEANUP_NOT_FOUND'
  | 'NOT_LEASE_HOLDER'
  | 'LEASE_ID_TAKEN'
  | 'OBJECT_BEING_COLLECTED'
  | 'LEASE_ENDED'
  | 'CLEANUP_OWNED'
  | 'CLEANUP_NOT_ABANDONED'
  | 'CLEANUP_TARGET_FORBIDDEN'
  | 'LEASE_QUOTA_EXCEEDED'
  | 'OVERLOADED';

/** One thing wrong with a request. */
export interface FieldViolation {
  /** Path in the vocabulary of the wire contract, e.g. `cleanup.http.url` or `metadata["a"]`. */
  readonly field: string;
  /** What is wrong and what would be right; echoes at most 64 characters of the input. */
  readonly description: string;
}

/** A request that was refused and changed nothing. */
export interface Refusal {
  readonly reason: RefusalReason;
  /** For people: what is wrong and what to do. */
  readonly message: string;
  /** Every field that is wrong; set with `INVALID_REQUEST` and `CLEANUP_TARGET_FORBIDDEN`. */
  readonly violations?: readonly FieldViolation[];
  /** For refusals that pass by themselves: when to try again. */
  readonly retryAfterMs?: number;
}

/** Refusals are values; only faults (`StoreUnavailableError`) are thrown. */
export type Answer<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly refusal: Refusal };
