/** What the holders know of one lease: nothing but what was answered to them. */
export interface Entry {
  readonly leaseId: string;
  /** `type/id`. */
  readonly objectKey: string;
  /** Unset: the create was not answered; the lease may or may not be there. */
  created?: { readonly generation: number; readonly createMs: number };
  /** The latest expire time that was acknowledged. */
  expireMs: number;
  /** Renewals acknowledged. */
  renewals: number;
  /** When a release was first sent, answered or not. */
  releaseSentMs?: number;
  released: boolean;
}

export type Verb = 'create' | 'renew' | 'release' | 'stats';

/** A call that nobody answered, or that was refused though nothing was wrong with it. */
export interface Failure {
  readonly verb: Verb;
  readonly code: string;
  readonly message: string;
  readonly atMs: number;
  readonly tookMs: number;
}

/** What was acknowledged, for the accounts afterwards. Instants are milliseconds of the machine's clock. */
export class Ledger {
  readonly entries: Entry[] = [];
  readonly failures: Failure[] = [];
  /** Promises that an answer broke by itself. */
  readonly broken: string[] = [];
  /** Calls made, and the longest that one took. */
  calls = 0;
  longestMs = 0;

  open(leaseId: string, objectKey: string): Entry {
    const entry = { leaseId, objectKey, expireMs: -Infinity, renewals: 0, released: false };
    this.entries.push(entry);
    return entry;
  }

  get acknowledgedCreates(): number {
    return this.entries.reduce((sum, { created }) => sum + (created === undefined ? 0 : 1), 0);
  }

  get acknowledgedRenewals(): number {
    return this.entries.reduce((sum, { renewals }) => sum + renewals, 0);
  }

  get acknowledgedReleases(): number {
    return this.entries.reduce((sum, { released }) => sum + (released ? 1 : 0), 0);
  }
}
