import type { Lease, StoreStats } from '@lease/core';
import {
  Disposition,
  type Lease as LeaseMessage,
  LeaseState,
  msToDuration,
  type Stats,
} from '@lease/protocol';

export function leaseMessage(lease: Lease): LeaseMessage {
  return {
    leaseId: lease.leaseId,
    object: { type: lease.object.type, id: lease.object.id },
    serviceId: lease.serviceId,
    state: LeaseState[lease.state],
    createTime: new Date(lease.createTime),
    expireTime: new Date(lease.expireTime),
    renewTime: new Date(lease.renewTime),
    endTime: optionalDate(lease.endTime),
    ttl: msToDuration(lease.ttlMs),
    metadata: new Map(lease.metadata),
    renewalCount: lease.renewalCount,
    generation: BigInt(lease.generation),
    disposition: Disposition[lease.disposition ?? 'UNSPECIFIED'],
    hasCleanup: lease.hasCleanup,
  };
}

export function statsMessage({
  leases,
  cleanups,
  attempts,
  heldObjects,
  nextAttemptTime,
}: StoreStats): Stats {
  const { claimed, done, retried, failed, unstarted, lost } = attempts;
  // An object is claimed as long as its last attempt has no outcome.
  const claimedNow = claimed - done - retried - failed - unstarted - lost;
  return {
    leases: bigints(leases),
    cleanups: bigints({ ...cleanups, claimed: claimedNow, due: cleanups.open - claimedNow }),
    attempts: bigints(attempts),
    heldObjects: BigInt(heldObjects),
    nextAttemptTime: optionalDate(nextAttemptTime),
  };
}

function bigints<T extends Readonly<Record<string, number>>>(figures: T): Record<keyof T, bigint> {
  return Object.fromEntries(
    Object.entries(figures).map(([name, figure]) => [name, BigInt(figure)]),
  ) as Record<keyof T, bigint>;
}

export function optionalDate(instant: number | undefined): Date | undefined {
  return instant === undefined ? undefined : new Date(instant);
}
