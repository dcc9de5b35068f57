import type { Instant, ListLeases } from '@lease/core';
import { type Lane, type LeaseRecord, matchesLease, type Page } from '@lease/core/serial-store';
import { type Arrival, ArrivalLog } from './arrival-log.js';
import { EndedLease } from './ended-lease.js';
import { type Heapable, IndexedHeap } from './indexed-heap.js';
import { Peak } from './peak.js';
import { Queue } from './queue.js';

/** An active lease with its places in the sweep's order and in the order of arrival. */
interface Slot extends Heapable, Arrival {
  readonly lease: LeaseRecord;
  /** The lane in whose heap the slot stands: the record's own may have changed already. */
  lane: Lane;
}

const newLane = () => new IndexedHeap<Slot>((a, b) => a.lease.checkAt < b.lease.checkAt);

/** All leases: by id, by the time of their next check, in the order of arrival, and those that ended by their end. */
export class LeaseTable {
  readonly #byId = new Map<string, Slot | EndedLease>();
  readonly #lanes: Readonly<Record<Lane, IndexedHeap<Slot>>> = { fresh: newLane(), renewed: newLane() };
  readonly #arrivals = new ArrivalLog<Slot | EndedLease>();
  readonly #ended = new Queue<EndedLease>();
  readonly #activeByService = new Map<string, number>();
  readonly #peak = new Peak();

  get size(): number {
    return this.#byId.size;
  }

  get(leaseId: string): LeaseRecord | undefined {
    return this.#byId.get(leaseId)?.lease;
  }

  insert(lease: LeaseRecord): void {
    const slot: Slot = { lease, lane: lease.lane, heapIndex: -1, seq: 0 };
    this.#byId.set(lease.leaseId, slot);
    this.#lanes[slot.lane].push(slot);
    this.#arrivals.append(slot);
  }

  /** Puts a lease in order: one that the sweep took, or one that stands where it no longer belongs. */
  saveCheck(lease: LeaseRecord): void {
    const slot = this.#slot(lease);
    if (slot.heapIndex >= 0) this.#lanes[slot.lane].remove(slot);
    slot.lane = lease.lane;
    this.#lanes[slot.lane].push(slot);
  }

  saveEnd(lease: LeaseRecord): void {
    const slot = this.#slot(lease);
    if (slot.heapIndex >= 0) this.#lanes[slot.lane].remove(slot);
    const ended = new EndedLease(lease, slot.seq);
    this.#byId.set(ended.leaseId, ended);
    this.#arrivals.replace(slot, ended);
    this.#ended.push(ended);
  }

  takeOverdue(lanes: readonly Lane[], before: Instant, limit: number): readonly LeaseRecord[] {
    const taken: LeaseRecord[] = [];
    while (taken.length < limit) {
      const lane = this.#earliestLane(lanes);
      const slot = lane?.peek();
      if (lane === undefined || slot === undefined || slot.lease.checkAt > before) break;
      lane.pop();
      taken.push(slot.lease);
    }
    return taken;
  }

  earliestCheck(lanes: readonly Lane[]): Instant | undefined {
    return this.#earliestLane(lanes)?.peek()?.lease.checkAt;
  }

  active(serviceId: string): number {
    return this.#activeByService.get(serviceId) ?? 0;
  }

  get largestService(): number {
    return this.#peak.largest;
  }

  addActive(serviceId: string, by: 1 | -1): void {
    const before = this.active(serviceId);
    const active = before + by;
    this.#peak.moved(before, active);
    if (active === 0) this.#activeByService.delete(serviceId);
    else this.#activeByService.set(serviceId, active);
  }

  page(query: ListLeases): Page<LeaseRecord> {
    return this.#arrivals.page(query.cursor, query.limit, ({ lease }) =>
      matchesLease(lease, query) ? lease : undefined,
    );
  }

  /** Drops at most `limit` leases that ended before the instant; returns how many. */
  prune(endedBefore: Instant, limit: number): number {
    let pruned = 0;
    for (; pruned < limit; pruned += 1) {
      const ended = this.#ended.peek();
      if (ended === undefined || ended.endTime >= endedBefore) break;
      this.#ended.shift();
      this.#byId.delete(ended.leaseId);
      this.#arrivals.remove(ended);
    }
    return pruned;
  }

  #slot(lease: LeaseRecord): Slot {
    const slot = this.#byId.get(lease.leaseId);
    if (slot === undefined) throw new Error(`lease ${lease.leaseId} was saved before it was inserted`);
    if (slot instanceof EndedLease) throw new Error(`lease ${lease.leaseId} was saved after its end`);
    return slot;
  }

  #earliestLane(lanes: readonly Lane[]): IndexedHeap<Slot> | undefined {
    let earliest: IndexedHeap<Slot> | undefined;
    for (const name of lanes) {
      const lane = this.#lanes[name];
      const checkAt = lane.peek()?.lease.checkAt;
      if (checkAt === undefined) continue;
      if (checkAt < (earliest?.peek()?.lease.checkAt ?? Infinity)) earliest = lane;
    }
    return earliest;
  }
}
