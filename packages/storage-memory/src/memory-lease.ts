import type { Disposition, Instant, LeaseState, Metadata, ObjectRef } from '@lease/core';
import type { Lane, LeaseRecord } from '@lease/core/serial-store';
import type { Arrival } from './arrival-log.js';
import type { Heapable } from './indexed-heap.js';
import type { Row } from './number-rows.js';

/** A lease, its instants packed, with its places in the sweep's order and in the order of arrival. */
export class MemoryLease implements LeaseRecord, Heapable, Arrival {
  readonly leaseId: string;
  readonly object: ObjectRef;
  readonly serviceId: string;
  readonly requestHash: string;
  readonly ttlMs: number;
  readonly metadata: Metadata;
  readonly hasCleanup: boolean;
  readonly revived: boolean;
  readonly priorAttempts: number;
  state: LeaseState;
  renewalCount: number;
  disposition: Disposition | undefined;
  endTime: Instant | undefined;
  lane: Lane;
  /** The lane in whose heap the lease stands; `lane` may have changed already. */
  standsIn: Lane;
  heapIndex = -1;
  seq = 0;
  readonly row: Row;
  readonly #block: Float64Array;
  readonly #offset: number;

  constructor(record: LeaseRecord, serviceId: string, row: Row) {
    this.leaseId = record.leaseId;
    this.object = record.object;
    this.serviceId = serviceId;
    this.requestHash = record.requestHash;
    this.ttlMs = record.ttlMs;
    this.metadata = record.metadata;
    this.hasCleanup = record.hasCleanup;
    this.revived = record.revived;
    this.priorAttempts = record.priorAttempts;
    this.state = record.state;
    this.renewalCount = record.renewalCount;
    this.disposition = record.disposition;
    this.endTime = record.endTime;
    this.lane = record.lane;
    this.standsIn = record.lane;
    this.row = row;
    this.#block = row.block;
    this.#offset = row.offset;
    this.#block[this.#offset] = record.generation;
    this.#block[this.#offset + 1] = record.createTime;
    this.expireTime = record.expireTime;
    this.renewTime = record.renewTime;
    this.checkAt = record.checkAt;
  }

  get generation(): number {
    return this.#number(0);
  }

  get createTime(): Instant {
    return this.#number(1);
  }

  get expireTime(): Instant {
    return this.#number(2);
  }

  set expireTime(instant: Instant) {
    this.#block[this.#offset + 2] = instant;
  }

  get renewTime(): Instant {
    return this.#number(3);
  }

  set renewTime(instant: Instant) {
    this.#block[this.#offset + 3] = instant;
  }

  get checkAt(): Instant {
    return this.#number(4);
  }

  set checkAt(instant: Instant) {
    this.#block[this.#offset + 4] = instant;
  }

  #number(column: number): number {
    return this.#block[this.#offset + column] ?? NaN;
  }
}
