/** What a lease is on: any object that a service created, named by its type and by an id within that type. */
export interface ObjectRef {
  /** `[a-z0-9][a-z0-9-]{0,62}`. */
  readonly type: string;
  /** 1 to 2,048 bytes of UTF-8 without control characters. Compared byte by byte. */
  readonly id: string;
}

/** `ACTIVE -> EXPIRED | RELEASED`; both ends are final. */
export type LeaseState = 'ACTIVE' | 'EXPIRED' | 'RELEASED';

/**
 * What a release says about the object. `COLLECT`: it is not needed any more; if this was its last lease, its cleanup is
 * due at once. `KEEP`: it is meant to stay; its cleanup is cleared, for all holders.
 */
export type Disposition = 'COLLECT' | 'KEEP';

/**
 * Labels. What the server hands out has no prototype, so that every key is just a key, `__proto__` and `constructor`
 * included. To set such a key, write it as a computed one: `{ ['__proto__']: 'x' }`.
 */
export type Metadata = Readonly<Record<string, string>>;

/** A service's time-limited claim that an object is in use. */
export interface Lease {
  /** UUID in lower case. */
  readonly leaseId: string;
  readonly object: ObjectRef;
  /** The holder's identity. */
  readonly serviceId: string;
  readonly state: LeaseState;
  /** Every instant here is read from the store's clock: compare it with `serverTime`, not with a clock of your own. */
  readonly createTime: Date;
  /** The lease does not end by expiry before this instant. Never moves back. */
  readonly expireTime: Date;
  /** The last renewal, or the creation. */
  readonly renewTime: Date;
  /** Set when the lease has ended. */
  readonly endTime?: Date;
  /** The duration asked for at create; a renewal with another one does not change it. */
  readonly ttlMs: number;
  readonly metadata: Metadata;
  readonly renewalCount: number;
  /** Marks the life of the object that this lease belongs to; grows from life to life. */
  readonly generation: number;
  /** Set when the lease was released. */
  readonly disposition?: Disposition;
  /** Whether this lease was created with a cleanup. The object may have one that another lease gave. */
  readonly hasCleanup: boolean;
}

/** A lease, and the store's clock when it was read or written. */
export interface LeaseReading {
  readonly lease: Lease;
  readonly serverTime: Date;
}

/** A lease that was taken. */
export interface CreatedLease extends LeaseReading {
  /** The lease was there already, created by the same request. It may have ended since. */
  readonly replayed: boolean;
  /** The object was due or abandoned: its pending cleanup was withdrawn. */
  readonly revived: boolean;
  /** Attempts of the withdrawn cleanup that may have reached its endpoint. If not 0, the object may be half gone. */
  readonly priorAttempts: number;
}
