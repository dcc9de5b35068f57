import {
  type ClaimCleanups,
  type Instant,
  type ListCleanups,
  type ListLeases,
  StoreUnavailableError,
} from '@lease/core';
import {
  type ControlRecord,
  type Lane,
  type LeaseRecord,
  newControl,
  type ObjectRecord,
  type SerialTables,
} from '@lease/core/serial-store';
import type { Cleanup, CleanupAttempt } from '@lease/core';
import { History } from './history.js';
import { LeaseTable } from './lease-table.js';
import { ObjectTable } from './object-table.js';

/** Tables in this process's memory. A verb runs to its end at once: there is nothing to roll back. */
export class MemoryTables implements SerialTables {
  readonly control: ControlRecord;
  readonly #maxLeases: number;
  readonly #leases = new LeaseTable();
  readonly #objects = new ObjectTable();
  readonly #history = new History();
  #closed = false;

  constructor(now: Instant, maxLeases: number) {
    this.control = newControl(now);
    this.#maxLeases = maxLeases;
  }

  saveControl(now: Instant): void {
    this.control.now = now;
  }

  lease(leaseId: string) {
    return this.#leases.get(leaseId);
  }

  full(): boolean {
    return this.#leases.size >= this.#maxLeases;
  }

  insertLease(lease: LeaseRecord): void {
    this.#leases.insert(lease);
  }

  /** The record is the row, and a renewal does not move it in the sweep's order. */
  saveRenewal(): void {
    return;
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
    return this.#leases.active(serviceId);
  }

  largestService(): number {
    return this.#leases.largestService;
  }

  addActiveLeases(serviceId: string, by: 1 | -1): void {
    this.#leases.addActive(serviceId, by);
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

  // eslint-disable-next-line @typescript-eslint/require-await -- what the work throws becomes a rejection
  async write<T>(work: () => T): Promise<T> {
    if (this.#closed) throw new StoreUnavailableError('the memory store is closed');
    return work();
  }

  read<T>(work: () => T): Promise<T> {
    return this.write(work);
  }

  close(): Promise<void> {
    this.#closed = true;
    return Promise.resolve();
  }
}
