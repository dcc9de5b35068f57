// The contract's answers as @grpc/proto-loader shows them: names as in the .proto files, enums as text, int64 as numbers,
// messages that are not set as null.

export interface RawTimestamp {
  readonly seconds: number;
  readonly nanos: number;
}

export interface RawLease {
  readonly lease_id: string;
  readonly object: { readonly type: string; readonly id: string };
  readonly service_id: string;
  readonly state: 'LEASE_STATE_ACTIVE' | 'LEASE_STATE_EXPIRED' | 'LEASE_STATE_RELEASED';
  readonly create_time: RawTimestamp;
  readonly expire_time: RawTimestamp;
  readonly renew_time: RawTimestamp;
  readonly end_time: RawTimestamp | null;
  /** A duration; written the same way. */
  readonly ttl: RawTimestamp;
  readonly metadata: Readonly<Record<string, string>>;
  readonly renewal_count: number;
  readonly generation: number;
  readonly disposition: 'DISPOSITION_UNSPECIFIED' | 'DISPOSITION_COLLECT' | 'DISPOSITION_KEEP';
  readonly has_cleanup: boolean;
}

export interface RawReading {
  readonly lease: RawLease;
  readonly server_time: RawTimestamp;
}

export interface RawCreated extends RawReading {
  readonly replayed: boolean;
  readonly revived: boolean;
  readonly prior_attempts: number;
}

export interface RawListing {
  readonly leases: readonly RawLease[];
  readonly next_page_token: string;
  readonly server_time: RawTimestamp;
}

/** google.rpc.Status. */
export interface RawStatus {
  readonly code: number;
  readonly message: string;
  readonly details: readonly { readonly type_url: string; readonly value: Buffer }[];
}

/** `results[i]` answers `requests[i]`: `lease` or `error` is set. The last three only in answers to BatchCreateLeases. */
export interface RawBatch {
  readonly results: readonly {
    readonly answer: 'lease' | 'error';
    readonly lease?: RawLease;
    readonly error?: RawStatus;
    readonly replayed?: boolean;
    readonly revived?: boolean;
    readonly prior_attempts?: number;
  }[];
  readonly server_time: RawTimestamp | null;
}

export interface RawStats {
  readonly stats: {
    readonly leases: Readonly<Record<'created' | 'active' | 'released' | 'expired' | 'renewals', number>>;
    readonly cleanups: Readonly<
      Record<
        'ended' | 'collected' | 'abandoned' | 'open' | 'revived' | 'kept' | 'forgotten' | 'due' | 'claimed',
        number
      >
    >;
    readonly attempts: Readonly<
      Record<'claimed' | 'done' | 'retried' | 'failed' | 'unstarted' | 'lost' | 'stale', number>
    >;
    readonly held_objects: number;
    readonly next_attempt_time: RawTimestamp | null;
  };
  readonly server_time: RawTimestamp;
}

/** Milliseconds since the epoch. */
export function instantMs({ seconds, nanos }: RawTimestamp): number {
  return seconds * 1_000 + nanos / 1_000_000;
}
