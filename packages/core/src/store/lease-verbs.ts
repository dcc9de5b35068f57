import type { Instant } from '../clock/clock.js';
import type { CleanupSpec } from '../cleanup/cleanup-spec.js';
import type { Disposition, Lease, LeaseState, Metadata } from '../lease/lease.js';
import type { ObjectRef } from '../lease/object-ref.js';

/** A cleanup, as a create hands it to the store. */
export interface CleanupGrant {
  readonly spec: CleanupSpec;
  /** See `endpointOf`. */
  readonly endpoint: string;
  /** Equal specs have equal hashes; an equal spec from another service is no replacement. */
  readonly hash: string;
}

/** Take a lease. All fields are validated; the store judges state, ownership and quota. */
export interface CreateLease {
  /** The idempotency key (S12), looked up before anything else. */
  readonly leaseId: string;
  /** Over object, service, ttl, metadata and cleanup. */
  readonly requestHash: string;
  readonly object: ObjectRef;
  readonly serviceId: string;
  readonly ttlMs: number;
  readonly metadata: Metadata;
  readonly cleanup?: CleanupGrant;
  /** The service's quota of active leases (S10). */
  readonly maxActive: number;
}

/** Extend a lease: `expireTime = max(old, now + ttl)`. Touches the lease alone, never the object. */
export interface RenewLease {
  readonly leaseId: string;
  readonly serviceId: string;
  /** For this renewal only. Unset: the lease's own. */
  readonly ttlMs?: number;
}

/** End a lease. */
export interface ReleaseLease {
  readonly leaseId: string;
  readonly serviceId: string;
  readonly disposition: Disposition;
}

/** A verb that was refused and changed nothing. `now` is the store's clock. */
export interface Refused<Reason extends string> {
  readonly outcome: 'refused';
  readonly reason: Reason;
  readonly now: Instant;
  /** For refusals that pass by themselves: when to try again. */
  readonly retryAfterMs?: number;
}

/** A verb that was done, now or at an earlier delivery of the same command. */
export interface Done {
  readonly outcome: 'done';
  /** The lease as it is now. */
  readonly lease: Lease;
  readonly now: Instant;
}

export type CreateResult =
  /** `replayed`: the lease was there already, created by the same request; it may have ended since. */
  | (Done & { readonly replayed: boolean })
  | Refused<
      'LEASE_ID_TAKEN' | 'OBJECT_BEING_COLLECTED' | 'CLEANUP_OWNED' | 'LEASE_QUOTA_EXCEEDED' | 'OVERLOADED'
    >;

/** A renewal that was done. */
export interface Renewed extends Done {
  /** How far ahead the lease's end was: its expire time before, less `now`. Negative: it came late, and in time all the same. */
  readonly marginMs: number;
}

export type RenewResult = Renewed | Refused<'LEASE_NOT_FOUND' | 'NOT_LEASE_HOLDER' | 'LEASE_ENDED'>;

export type ReleaseResult =
  Done | Refused<'LEASE_NOT_FOUND' | 'NOT_LEASE_HOLDER' | 'LEASE_ENDED' | 'CLEANUP_OWNED'>;

/** Which leases to list. Unset fields do not filter. */
export interface ListLeases {
  readonly serviceId?: string;
  readonly objectType?: string;
  /** Only together with `objectType`. */
  readonly objectId?: string;
  readonly state?: LeaseState;
  /** At most so many leases; a page may hold fewer and still have a successor. */
  readonly limit: number;
  /** `nextCursor` of the page before, for the same filter. */
  readonly cursor?: string;
}

export interface LeasePage {
  readonly leases: readonly Lease[];
  /** Keyset position after the last row visited; unset on the last page. At most 256 characters. */
  readonly nextCursor?: string;
  readonly now: Instant;
}
