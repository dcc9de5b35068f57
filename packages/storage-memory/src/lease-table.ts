import type { Instant, ListLeases } from '@lease/core';
import { type Lane, type LeaseRecord, matchesLease, type Page } from '@lease/core/serial-store';
import { ArrivalLog } from './arrival-log.js';
import { IndexedHeap } from './indexed-heap.js';
import { MemoryLease } from './memory-lease.js';
import { NumberRows } from './number-rows.js';
import { Queue } from './queue.js';

/** A holder, and the one copy of its name that all its leases share. */
interface Service {
  readonly serviceId: string;
  active: number;
}

const newLane = () => new IndexedHeap<MemoryLease>((a, b) => a.checkAt < b.checkAt);

/** All leases: by id, by the time of their next check, in the order of arrival, and those that ended by their end. */
export class LeaseTable {
  readonly #byId = new Map<string, MemoryLease>();
  readonly #lanes: Readonly<Record<Lane, IndexedHeap<MemoryLease>>> = {
    fresh: newLane(),
    renewed: newLane(),
  };
  readonly #arrivals = new ArrivalLog<MemoryLease>();
  readonly #ended = new Queue<MemoryLease>();
  readonly #numbers = new NumberRows();
  readonly #services = new Map<string, Service>();

  get size(): number {
    return this.#byId.size;
  }

  get(leaseId: string): LeaseRecord | undefined {
    return this.#byId.get(leaseId);
  }

  insert(record: LeaseRecord): void {
    const lease = new MemoryLease(record, this.#service(record.serviceId).serviceId, this.#numbers.take());
    this.#byId.set(lease.leaseId, lease);
    this.#lanes[lease.standsIn].push(lease);
    this.#arrivals.append(lease);
  }

  /** Puts a lease that the sweep took back in order. */
  saveCheck(record: LeaseRecord): void {
    const lease = this.#stored(record);
    lease.standsIn = lease.lane;
    this.#lanes[lease.standsIn].push(lease);
  }

  saveEnd(record: LeaseRecord): void {
    const lease = this.#stored(record);
    if (lease.heapIndex >= 0) this.#lanes[lease.standsIn].remove(lease);
    this.#ended.push(lease);
  }

  takeOverdue(lanes: readonly Lane[], before: Instant, limit: number): readonly LeaseRecord[] {
    const taken: LeaseRecord[] = [];
    while (taken.length < limit) {
      const lane = this.#earliestLane(lanes);
      const lease = lane?.peek();
      if (lane === undefined || lease === undefined || lease.checkAt > before) break;
      lane.pop();
      taken.push(lease);
    }
    return taken;
  }

  earliestCheck(lanes: readonly Lane[]): Instant | undefined {
    return this.#earliestLane(lanes)?.peek()?.checkAt;
  }

  active(serviceId: string): number {
    return this.#services.get(serviceId)?.active ?? 0;
  }

  addActive(serviceId: string, by: number): void {
    const service = this.#service(serviceId);
    service.active += by;
    if (service.active === 0) this.#services.delete(serviceId);
  }

  page(query: ListLeases): Page<LeaseRecord> {
    return this.#arrivals.page(query.cursor, query.limit, (lease) =>
      matchesLease(lease, query) ? lease : undefined,
    );
  }

  /** Drops at most `limit` leases that ended before the instant; returns how many. */
  prune(endedBefore: Instant, limit: number): number {
    let pruned = 0;
    for (; pruned < limit; pruned += 1) {
      const lease = this.#ended.peek();
      if (lease === undefined || (lease.endTime ?? Infinity) >= endedBefore) break;
      this.#ended.shift();
      this.#byId.delete(lease.leaseId);
      this.#arrivals.remove(lease);
      this.#numbers.giveBack(lease.row);
    }
    return pruned;
  }

  #stored({ leaseId }: LeaseRecord): MemoryLease {
    const lease = this.#byId.get(leaseId);
    if (lease === undefined) throw new Error(`lease ${leaseId} was saved before it was inserted`);
    return lease;
  }

  #service(serviceId: string): Service {
    let service = this.#services.get(serviceId);
    if (service === undefined) {
      service = { serviceId, active: 0 };
      this.#services.set(serviceId, service);
    }
    return service;
  }

  #earliestLane(lanes: readonly Lane[]): IndexedHeap<MemoryLease> | undefined {
    let earliest: IndexedHeap<MemoryLease> | undefined;
    for (const name of lanes) {
      const lane = this.#lanes[name];
      const checkAt = lane.peek()?.checkAt;
      if (checkAt === undefined) continue;
      if (checkAt < (earliest?.peek()?.checkAt ?? Infinity)) earliest = lane;
    }
    return earliest;
  }
}
