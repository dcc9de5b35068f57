import type { Disposition, LeaseState, Metadata, ObjectRef } from './lease.js';

/** Take a lease. */
export interface CreateLease {
  readonly object: ObjectRef;
  /** Without a renewal the lease lasts this long: by default 1 s to 24 h. Default: the server's (5 min). */
  readonly ttlMs?: number;
  /** At most 50 entries; keys of 1 to 64 bytes, values of up to 1 KiB. */
  readonly metadata?: Metadata;
  /** What to do when nobody holds the object any more. Default: nothing, unless another lease gives a cleanup. */
  readonly cleanup?: CleanupSpec;
  /** UUID; the idempotency key. Default: drawn by the client, and kept over its retries. */
  readonly leaseId?: string;
}

/** Extend a lease. */
export interface RenewLease {
  readonly leaseId: string;
  /** For this renewal only. Default: the lease's own. */
  readonly ttlMs?: number;
}

/** End a lease. */
export interface ReleaseLease {
  readonly leaseId: string;
  /** Default `COLLECT`. */
  readonly disposition?: Disposition;
}

/** Which leases to list. What is not set does not filter. */
export interface ListLeases {
  /** Leases of this holder; of all holders by default. */
  readonly serviceId?: string;
  readonly objectType?: string;
  /** Only together with `objectType`. */
  readonly objectId?: string;
  readonly state?: LeaseState;
  /** Leases fetched at a time. Default 100, at most 1,000. */
  readonly pageSize?: number;
}

/** What to do when nobody holds an object any more: exactly one of `http` and `grpc`. */
export type CleanupSpec = CleanupTerms &
  (
    | { readonly http: HttpTarget; readonly grpc?: never }
    | { readonly grpc: GrpcTarget; readonly http?: never }
  );

export interface CleanupTerms {
  /** Handed to the callback unchanged. At most 16 KiB of UTF-8; default empty. */
  readonly payload?: string;
  readonly retry?: RetryPolicy;
}

/** One POST per attempt. */
export interface HttpTarget {
  /** Absolute `http:` or `https:` URL of at most 2,048 bytes, without credentials. */
  readonly url: string;
  /** Sent with each attempt. Secrets: the server never shows them. */
  readonly headers?: Readonly<Record<string, string>>;
  /** A 404 means that the object is gone, not that the endpoint is wrong. Default false. */
  readonly notFoundIsDone?: boolean;
}

/** One `lease.v1.CleanupHandlerService/Cleanup` call per attempt. */
export interface GrpcTarget {
  /** `host:port`. */
  readonly address: string;
  /** Default: plain text. */
  readonly tls?: boolean;
}

/** How often and how patiently a cleanup is attempted. */
export interface RetryPolicy {
  /** 1 to 100, default 15. */
  readonly maxAttempts?: number;
  /** Upper bound of the first pause, which then doubles. 100 ms to 1 h, default 1 s. */
  readonly initialBackoffMs?: number;
  /** Upper bound of every pause. Up to 24 h, default 1 h. */
  readonly maxBackoffMs?: number;
  /** Total deadline of one attempt. 100 ms to 30 s, default 10 s. */
  readonly attemptTimeoutMs?: number;
}

/** What one call may cost. */
export interface CallOptions {
  /** Total, with all retries at all addresses. Default: the client's. */
  readonly timeoutMs?: number;
  /** Gives the call up; it then rejects with the signal's reason, and may or may not have happened. */
  readonly signal?: AbortSignal;
}
