import { type Disposition, type Instant, type Lease, type LeaseState, parseObjectKey } from '@lease/core';
import { readMetadata, type StoredMetadata } from './json.js';

/** A lease as the SQL function `lease_row` makes it. Newer schemas may add fields at the end. */
export type LeaseRow = readonly [
  leaseId: string,
  objectKey: string,
  serviceId: string,
  state: LeaseState,
  generation: number,
  ttlMs: number,
  createTime: Instant,
  expireTime: Instant,
  renewTime: Instant,
  endTime: Instant | null,
  renewalCount: number,
  metadata: StoredMetadata,
  hasCleanup: boolean,
  disposition: Disposition | null,
  revived: boolean,
  priorAttempts: number,
];

export function readLease(row: LeaseRow): Lease {
  const endTime = row[9];
  const disposition = row[13];
  return {
    leaseId: row[0],
    object: parseObjectKey(row[1]),
    serviceId: row[2],
    state: row[3],
    generation: row[4],
    ttlMs: row[5],
    createTime: row[6],
    expireTime: row[7],
    renewTime: row[8],
    ...(endTime !== null && { endTime }),
    renewalCount: row[10],
    metadata: readMetadata(row[11]),
    hasCleanup: row[12],
    ...(disposition !== null && { disposition }),
    revived: row[14],
    priorAttempts: row[15],
  };
}

/** The leases of an answer, by their ids. */
export function readLeases(rows: readonly LeaseRow[] | null): ReadonlyMap<string, Lease> {
  return new Map(rows?.map((row) => [row[0], readLease(row)]));
}
