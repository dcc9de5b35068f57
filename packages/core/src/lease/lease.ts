import type { Instant } from '../clock/clock.js';
import type { ObjectRef } from './object-ref.js';

/** `ACTIVE -> EXPIRED | RELEASED`; both ends are final (S3, S4). */
export type LeaseState = 'ACTIVE' | 'EXPIRED' | 'RELEASED';

/**
 * What a release says about the object. `COLLECT`: if this was the last lease, the object is due at once.
 * `KEEP`: the object is meant to stay, its cleanup is cleared for all holders.
 */
export type Disposition = 'COLLECT' | 'KEEP';

/** Holder-supplied labels. A map, so that no key can touch a prototype. */
export type Metadata = ReadonlyMap<string, string>;

/** A service's time-limited claim that an object is in use. */
export interface Lease {
  /** UUID in lower case; chosen by the caller or drawn by the service. */
  readonly leaseId: string;
  readonly object: ObjectRef;
  /** The holder's identity. */
  readonly serviceId: string;
  readonly state: LeaseState;
  /** Marks the life of the object that this lease belongs to; grows from life to life. */
  readonly generation: number;
  /** The duration asked for at create; a renewal with another one does not change it. */
  readonly ttlMs: number;
  readonly createTime: Instant;
  /** The lease does not end by expiry before this instant (S2). Never moves back. */
  readonly expireTime: Instant;
  /** The last renewal, or the creation. */
  readonly renewTime: Instant;
  /** Set when the lease has ended. */
  readonly endTime?: Instant;
  readonly renewalCount: number;
  readonly metadata: Metadata;
  /** Whether this lease was created with a cleanup. */
  readonly hasCleanup: boolean;
  /** Set when the lease was released. */
  readonly disposition?: Disposition;
  /** Whether creating this lease withdrew a pending cleanup of the object. */
  readonly revived: boolean;
  /** Attempts of the withdrawn cleanup that may have reached its endpoint: if not 0, the object may be half gone. */
  readonly priorAttempts: number;
}
