import type {
  ClaimCleanups,
  Cleanup,
  CleanupAttempt,
  Clock,
  Instant,
  ListCleanups,
  ListLeases,
} from '@lease/core';
import type { ControlRecord, Lane, LeaseRecord, ObjectRecord, SerialTables } from '@lease/core/serial-store';
import type { Database } from 'libsql';
import { ControlTable } from './control-table.js';
import { asStoreError, closedError, GroupCommit, type Transaction } from './group-commit.js';
import { History } from './history.js';
import { LeaseTable } from './lease-table.js';
import { ObjectTable } from './object-table.js';
import { closeDatabase } from './open-database.js';
import { ServiceTable } from './service-table.js';

/** Tables in one SQLite file that this process owns. */
export class SqliteTables implements SerialTables {
  readonly #database: Database;
  readonly #leases: LeaseTable;
  readonly #objects: ObjectTable;
  readonly #services: ServiceTable;
  readonly #history: History;
  readonly #control: ControlTable;
  readonly #commits: GroupCommit;

  constructor(database: Database, clock: Clock, onCommit: (calls: number) => void) {
    this.#database = database;
    this.#leases = new LeaseTable(database);
    this.#objects = new ObjectTable(database);
    this.#services = new ServiceTable(database);
    this.#history = new History(database);
    this.#control = new ControlTable(database, clock.wallMs());
    const transaction: Transaction = {
      begin: () => {
        // Left behind if the rollback failed as well.
        if (database.inTransaction) database.exec('rollback');
        database.exec('begin immediate');
      },
      commit: () => {
        this.#control.flush();
        database.exec('commit');
      },
      rollback: () => {
        this.#control.discard();
        if (database.inTransaction) database.exec('rollback');
      },
    };
    this.#commits = new GroupCommit(transaction, onCommit, () => clock.monotonicMs());
  }

  get control(): ControlRecord {
    return this.#control.record;
  }

  saveControl(now: Instant): void {
    this.#control.save(now);
  }

  lease(leaseId: string) {
    return this.#leases.get(leaseId);
  }

  /** The disk is the limit, and says so itself. */
  full(): boolean {
    return false;
  }

  insertLease(lease: LeaseRecord): void {
    this.#leases.insert(lease);
  }

  saveRenewal(lease: LeaseRecord): void {
    this.#leases.saveRenewal(lease);
  }

  saveCheck(lease: LeaseRecord): void {
    this.#leases.saveCheck(lease);
  }

  saveEnd(lease: LeaseRecord): void {
    this.#leases.saveEnd(lease);
  }

  takeOverdue(lanes: readonly Lane[], before: Instant, limit: number) {
    return this.#leases.takeOverdue(lanes, before, limit);
  }

  earliestCheck(lanes: readonly Lane[]) {
    return this.#leases.earliestCheck(lanes);
  }

  activeLeases(serviceId: string): number {
    return this.#services.active(serviceId);
  }

  largestService(): number {
    return this.#services.largest();
  }

  addActiveLeases(serviceId: string, by: 1 | -1): void {
    this.#services.addActive(serviceId, by);
  }

  object(objectKey: string) {
    return this.#objects.get(objectKey);
  }

  objectOfCleanup(cleanupId: string) {
    return this.#objects.ofCleanup(cleanupId);
  }

  insertObject(object: ObjectRecord): void {
    this.#objects.insert(object);
  }

  saveObject(object: ObjectRecord): void {
    this.#objects.save(object);
  }

  dropObject(object: ObjectRecord): void {
    this.#objects.drop(object);
  }

  takeDue(now: Instant, claim: ClaimCleanups) {
    return this.#objects.takeDue(now, claim);
  }

  earliestDue() {
    return this.#objects.earliestDue();
  }

  appendAttempt(attempt: CleanupAttempt): void {
    this.#history.appendAttempt(attempt);
  }

  attempt(cleanupId: string, fence: number) {
    return this.#history.attempt(cleanupId, fence);
  }

  attempts(cleanupId: string, limit: number) {
    return this.#history.attempts(cleanupId, limit);
  }

  appendFinished(cleanup: Cleanup): void {
    this.#history.appendFinished(cleanup);
  }

  finished(cleanupId: string) {
    return this.#history.finished(cleanupId);
  }

  leases(query: ListLeases) {
    return this.#leases.page(query);
  }

  pending(query: ListCleanups) {
    return this.#objects.page(query);
  }

  finishedPage(query: ListCleanups) {
    return this.#history.page(query);
  }

  pruneLeases(endedBefore: Instant, limit: number): number {
    return this.#leases.prune(endedBefore, limit);
  }

  pruneFinished(before: Instant, limit: number): number {
    return this.#history.prune(before, limit);
  }

  write<T>(work: () => T): Promise<T> {
    return this.#commits.write(work);
  }

  /** Between commits, the connection sees what was last committed. */
  // eslint-disable-next-line @typescript-eslint/require-await -- what the work throws becomes a rejection
  async read<T>(work: () => T): Promise<T> {
    if (!this.#database.open) throw closedError();
    try {
      return work();
    } catch (error) {
      throw asStoreError(error);
    }
  }

  async close(): Promise<void> {
    await this.#commits.close();
    if (this.#database.open) closeDatabase(this.#database);
  }
}
