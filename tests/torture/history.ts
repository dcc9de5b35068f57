import type { Disposition, LeaseState, Stats } from '@lease/client';
import type { AttemptRow, FinishedRow, UnfinishedRow } from '../cluster/tables.js';

/**
 * What was seen of a cluster from outside. Instants are milliseconds since the epoch by this machine's monotonic clock, unless
 * they came in an answer or from a table: then they are the store's.
 */
export interface History {
  /** Of every replica. */
  readonly graceMs: number;
  /** How long a claim lasts. */
  readonly claimMs: number;
  /** Active leases of a service, at most. */
  readonly quota: number;
  readonly operations: readonly Operation[];
  readonly callbacks: readonly Callback[];
  readonly faults: readonly Fault[];
  /** Steps of the store's clock, in order. Before the first, it is this machine's. */
  readonly clockSteps: readonly ClockStep[];
  /** When an operator ended all pauses. */
  readonly resumes: readonly number[];
  readonly snapshots: readonly Snapshot[];
  readonly holds: readonly HeldLease[];
  /** The store when nothing happens any more. */
  readonly rest: AtRest;
}

/** A call of a client; an element of a batch or of a listing is one, too. Sent any number of times, as the SDK does. */
export interface Operation {
  readonly verb: 'create' | 'renew' | 'release' | 'get';
  /** The service in whose name it was made. */
  readonly client: string;
  readonly leaseId: string;
  readonly objectKey: string;
  /** Of a create: what it asked for besides, as one text. */
  readonly request?: string;
  /** Of a create, and of a renewal that gave one. */
  readonly ttlMs?: number;
  /** Of a release. */
  readonly disposition?: Disposition;
  readonly sentMs: number;
  /** When it was answered, or given up. */
  readonly doneMs: number;
  readonly answer: Answer;
}

export type Answer =
  | { readonly kind: 'ok'; readonly lease: Reading; readonly serverMs: number; readonly replayed?: boolean }
  | { readonly kind: 'refused'; readonly reason: string }
  /** It may have happened or not, and may still happen. */
  | { readonly kind: 'unknown'; readonly code: string };

/** A lease as an answer shows it. */
export interface Reading {
  readonly state: LeaseState;
  readonly objectKey: string;
  readonly serviceId: string;
  readonly createMs: number;
  readonly expireMs: number;
  readonly endMs?: number;
  readonly renewals: number;
  readonly generation: number;
  readonly disposition?: Disposition;
}

/** A lease as its table shows it. */
export interface StoredLease extends Reading {
  readonly leaseId: string;
}

/** An attempt as it arrived at an endpoint. */
export interface Callback {
  readonly cleanupId: string;
  readonly objectKey: string;
  readonly generation: number;
  readonly fence: number;
  readonly attempt: number;
  /** All that has to be the same in each attempt, as one text. */
  readonly body: string;
  readonly arrivedMs: number;
  /** `done`: with a 2xx. `stale`: refused, since a later fence was here. `failed`: any other way, or not at all. */
  readonly answer: 'done' | 'stale' | 'failed';
}

export interface Fault {
  readonly kind: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** Nobody could sweep, from beginning to end. */
  readonly total?: boolean;
  /** The names of those that it concerns. Default: all. */
  readonly replicas?: readonly string[];
}

/** From some moment in between on, the store's clock is so far from this machine's. */
export interface ClockStep {
  readonly fromMs: number;
  readonly toMs: number;
  readonly offsetMs: number;
}

/** How many active leases a service had in one snapshot of the database. */
export interface Snapshot {
  readonly service: string;
  readonly active: number;
}

/** What became of a hold. */
export interface HeldLease {
  readonly leaseId: string;
  readonly ttlMs: number;
  /** The end of its lease as it knew it last, and the renewals. */
  readonly expireMs: number;
  readonly renewals: number;
  readonly lostMs?: number;
  /** Of a holder that was stopped or blocked: for how long, and what its first statement afterwards saw. */
  readonly block?: { readonly ms: number; readonly state: string; readonly asserted: boolean };
}

export interface AtRest {
  readonly leases: readonly StoredLease[];
  readonly finished: readonly Ending[];
  /** Cleanups that are neither finished nor withdrawn. */
  readonly unfinished: readonly Ending[];
  readonly attempts: readonly SettledClaim[];
  readonly stats: Pick<Stats, 'leases' | 'cleanups' | 'attempts'>;
}

/** A claim that was settled or lost, and who had it. */
export interface SettledClaim extends AttemptRow {
  readonly replica: string;
}

/** Where the cleanup of one life of an object stands. */
export type Ending = FinishedRow | UnfinishedRow;
