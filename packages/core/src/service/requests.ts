import type { CleanupTarget, RetryPolicy } from '../cleanup/cleanup-spec.js';
import type { Instant } from '../clock/clock.js';
import type { Disposition, Lease, LeaseState, Metadata } from '../lease/lease.js';
import type { ObjectRef } from '../lease/object-ref.js';

export interface CleanupRequest {
  readonly target: CleanupTarget;
  /** Default empty. */
  readonly payload?: string;
  /** Unset fields take the defaults of `DEFAULT_RETRY_POLICY`. */
  readonly retry?: Partial<RetryPolicy>;
}

export interface CreateLeaseRequest {
  /** UUID; the idempotency key. Default: drawn, and then a repeated call makes a second lease. */
  readonly leaseId?: string;
  readonly object: ObjectRef;
  readonly serviceId: string;
  /** Default: the service's `defaultTtlMs`. */
  readonly ttlMs?: number;
  /** At most 50 entries; keys 1 to 64 bytes, values up to 1 KiB, of one line or several, without other controls. */
  readonly metadata?: Metadata;
  readonly cleanup?: CleanupRequest;
}

export interface RenewLeaseRequest {
  readonly leaseId: string;
  readonly serviceId: string;
  /** For this renewal only. Default: the lease's own. */
  readonly ttlMs?: number;
}

export interface ReleaseLeaseRequest {
  readonly leaseId: string;
  readonly serviceId: string;
  /** Default `COLLECT`. */
  readonly disposition?: Disposition;
}

export interface ListLeasesRequest {
  readonly serviceId?: string;
  readonly objectType?: string;
  readonly objectId?: string;
  readonly state?: LeaseState;
  /** 0 or unset: 100; more than 1,000 are cut to 1,000. */
  readonly pageSize?: number;
  /** From the page before, with the same filter. */
  readonly pageToken?: string;
}

/** A lease, and the store's clock when it was read or written. */
export interface LeaseReading {
  readonly lease: Lease;
  readonly now: Instant;
}

/** A lease that was renewed. */
export interface RenewedLease extends LeaseReading {
  /** How far ahead the lease's end was; negative: the renewal came late. */
  readonly marginMs: number;
}

export interface CreatedLease extends LeaseReading {
  /** The lease was there already, created by the same request. */
  readonly replayed: boolean;
}

export interface LeaseListing {
  readonly leases: readonly Lease[];
  /** Unset on the last page. */
  readonly nextPageToken?: string;
  readonly now: Instant;
}
