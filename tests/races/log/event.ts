/** A lease, as a row of the log has it. Instants are milliseconds since the epoch. */
export interface LeaseRow {
  readonly leaseId: string;
  readonly objectKey: string;
  readonly serviceId: string;
  readonly state: 'ACTIVE' | 'EXPIRED' | 'RELEASED';
  readonly disposition: 'COLLECT' | 'KEEP' | null;
  readonly requestHash: string;
  readonly generation: number;
  readonly renewalCount: number;
  readonly createTime: number;
  readonly expireTime: number;
  readonly renewTime: number;
  readonly endTime: number | null;
}

export interface ObjectRow {
  readonly objectKey: string;
  readonly state: 'HELD' | 'DUE' | 'CLAIMED' | 'ABANDONED';
  readonly active: number;
  readonly generation: number;
  readonly ownerService: string | null;
  /** Null: the object has no cleanup. */
  readonly cleanupHash: string | null;
  readonly cleanupId: string | null;
  readonly attempt: number;
  readonly unanswered: boolean;
  readonly fence: number | null;
  readonly dueAt: number | null;
  readonly dueTime: number | null;
  readonly claimTime: number | null;
  readonly abandonTime: number | null;
}

export interface AttemptRow {
  readonly fence: number;
  readonly cleanupId: string;
  readonly attempt: number;
  readonly outcome: 'DONE' | 'RETRY' | 'FAIL' | 'UNSTARTED' | 'LOST';
  readonly claimTime: number;
  readonly settleTime: number;
}

export interface FinishedRow {
  readonly cleanupId: string;
  readonly state: 'COLLECTED' | 'REVIVED' | 'FORGOTTEN';
  readonly objectKey: string;
  readonly generation: number;
  readonly endTime: number;
}

interface Rows {
  readonly lease: LeaseRow;
  readonly object: ObjectRow;
  readonly attempt: AttemptRow;
  readonly finished: FinishedRow;
}

export type Noun = keyof Rows;
export type Op = 'INSERT' | 'UPDATE' | 'DELETE';

/** One committed change of one row; of a deleted row, what it was. */
export type Event = {
  [N in Noun]: {
    /** Of the transaction that made the change. */
    readonly tx: string;
    readonly noun: N;
    readonly op: Op;
    readonly row: Rows[N];
  };
}[Noun];
