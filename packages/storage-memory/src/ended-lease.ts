import type { Instant } from '@lease/core';
import type { LeaseRecord } from '@lease/core/serial-store';
import type { Arrival } from './arrival-log.js';
import { Packing } from './packing.js';

type Row = Omit<LeaseRecord, 'leaseId' | 'metadata'> & {
  readonly metadata: readonly (readonly [string, string])[];
};

const PACKING = new Packing<Row>({
  object: true,
  serviceId: true,
  requestHash: true,
  generation: true,
  ttlMs: true,
  createTime: true,
  metadata: true,
  hasCleanup: true,
  revived: true,
  priorAttempts: true,
  state: true,
  expireTime: true,
  renewTime: true,
  renewalCount: true,
  endTime: true,
  disposition: true,
  checkAt: true,
  lane: true,
});

/** A lease that has ended, as it is kept until it is pruned: nothing changes it any more (S4). */
export class EndedLease implements Arrival {
  readonly leaseId: string;
  readonly endTime: Instant;
  seq: number;
  readonly #text: string;

  /** `seq`: its place in the order of arrival, which it keeps. */
  constructor(lease: LeaseRecord, seq: number) {
    this.leaseId = lease.leaseId;
    this.endTime = lease.endTime ?? Infinity;
    this.seq = seq;
    this.#text = PACKING.pack({ ...lease, metadata: [...lease.metadata] });
  }

  get lease(): LeaseRecord {
    const row = PACKING.unpack(this.#text);
    return { ...row, leaseId: this.leaseId, metadata: new Map(row.metadata) };
  }
}
