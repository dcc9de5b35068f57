import type { Cleanup, CleanupAttempt } from '../cleanup/cleanup.js';
import type { Instant } from '../clock/clock.js';
import type { ClaimCleanups, ListCleanups } from '../store/cleanup-verbs.js';
import type { ListLeases } from '../store/lease-verbs.js';
import type { ControlRecord, Lane, LeaseRecord, ObjectRecord } from './records.js';

export interface Page<Row> {
  readonly rows: readonly Row[];
  readonly nextCursor?: string;
}

/**
 * What a {@link SerialStore} keeps its records in: synchronous tables that one process owns. The state machine is not
 * here; the tables keep what they are told and find it again. No method may scan a whole table.
 *
 * A record that a method returns may be changed by the caller, who then passes it to the matching `save...`.
 */
export interface SerialTables {
  /** The control row, live: change it in place, then call {@link saveControl}. */
  readonly control: ControlRecord;
  /** Keeps the control row with this write, and `now` in it. Cheap to call often. */
  saveControl(now: Instant): void;

  lease(leaseId: string): LeaseRecord | undefined;
  /** Whether no further lease can be kept. */
  full(): boolean;
  insertLease(lease: LeaseRecord): void;
  /** After a renewal: `expireTime`, `renewTime`, `renewalCount`. Does not move the lease in the sweep's order. */
  saveRenewal(lease: LeaseRecord): void;
  /** After the sweep's visit, and after a renewal that must be met sooner: `checkAt`, `lane`. */
  saveCheck(lease: LeaseRecord): void;
  /** After the end: `state`, `endTime`, `disposition`. */
  saveEnd(lease: LeaseRecord): void;
  /**
   * Active leases of these lanes with `checkAt <= before`, the longest overdue first. In the same write, each of them is
   * passed to {@link saveCheck} or {@link saveEnd}.
   */
  takeOverdue(lanes: readonly Lane[], before: Instant, limit: number): readonly LeaseRecord[];
  /** A lower bound of `checkAt` over the active leases of these lanes. */
  earliestCheck(lanes: readonly Lane[]): Instant | undefined;

  /** Active leases of a service. */
  activeLeases(serviceId: string): number;
  /** Active leases of the service that has most of them. */
  largestService(): number;
  addActiveLeases(serviceId: string, by: 1 | -1): void;

  object(objectKey: string): ObjectRecord | undefined;
  /** The object whose pending run this is. */
  objectOfCleanup(cleanupId: string): ObjectRecord | undefined;
  insertObject(object: ObjectRecord): void;
  saveObject(object: ObjectRecord): void;
  dropObject(object: ObjectRecord): void;
  /**
   * Objects with `dueAt <= now`, round robin over the endpoints that have any: at most `perEndpointLimit` of each, none
   * of the busy ones, `limit` in all. In the same write, each of them is passed to {@link saveObject}.
   */
  takeDue(now: Instant, claim: ClaimCleanups): readonly ObjectRecord[];
  /** The earliest `dueAt`. */
  earliestDue(): Instant | undefined;

  appendAttempt(attempt: CleanupAttempt): void;
  attempt(cleanupId: string, fence: number): CleanupAttempt | undefined;
  attempts(cleanupId: string, limit: number): readonly CleanupAttempt[];
  appendFinished(cleanup: Cleanup): void;
  finished(cleanupId: string): Cleanup | undefined;

  leases(query: ListLeases): Page<LeaseRecord>;
  /** Pending ones that match the query's filter. */
  pending(query: ListCleanups): Page<Cleanup>;
  /** Finished ones that match the query's filter. */
  finishedPage(query: ListCleanups): Page<Cleanup>;

  /** Drops at most `limit` leases that ended before the instant; returns how many. */
  pruneLeases(endedBefore: Instant, limit: number): number;
  /** Drops at most `limit` finished cleanups, and as many attempts; returns the larger number. */
  pruneFinished(before: Instant, limit: number): number;

  /** Runs the work alone and atomically, and resolves once it is durable. Throws `StoreUnavailableError`. */
  write<T>(work: () => T): Promise<T>;
  /** Runs the work on what was last written. */
  read<T>(work: () => T): Promise<T>;
  close(): Promise<void>;
}
