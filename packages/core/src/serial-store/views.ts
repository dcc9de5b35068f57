import type { Cleanup, CleanupClaim, CleanupState } from '../cleanup/cleanup.js';
import type { Lease } from '../lease/lease.js';
import { parseObjectKey } from '../lease/object-ref.js';
import type { CleanupRun, LeaseRecord, ObjectRecord, OwnedCleanup } from './records.js';

/** A copy for callers: what they hold does not change under them. */
export function leaseView(record: LeaseRecord): Lease {
  return {
    leaseId: record.leaseId,
    object: record.object,
    serviceId: record.serviceId,
    state: record.state,
    generation: record.generation,
    ttlMs: record.ttlMs,
    createTime: record.createTime,
    expireTime: record.expireTime,
    renewTime: record.renewTime,
    ...(record.endTime !== undefined && { endTime: record.endTime }),
    renewalCount: record.renewalCount,
    metadata: record.metadata,
    hasCleanup: record.hasCleanup,
    ...(record.disposition !== undefined && { disposition: record.disposition }),
    revived: record.revived,
    priorAttempts: record.priorAttempts,
  };
}

/** An object whose last lease ended. */
export interface PendingObject extends ObjectRecord {
  cleanup: OwnedCleanup;
  run: CleanupRun;
}

/** What a listing shows of it: the spec stays behind, which holds secrets, and up to 16 KiB. */
export type PendingOutline = Omit<PendingObject, 'cleanup'> & {
  readonly cleanup: Pick<OwnedCleanup, 'serviceId' | 'leaseId' | 'endpoint'>;
};

/** Narrows an object to its pending run. */
export function isPending(object: ObjectRecord): object is PendingObject {
  return object.run !== undefined && object.cleanup !== undefined;
}

/** The pending run of an object, in its own state or in a final one. */
export function cleanupView(
  object: PendingOutline,
  state?: Exclude<CleanupState, 'DUE' | 'CLAIMED'>,
): Cleanup {
  const { cleanup, run } = object;
  const current = state ?? (object.state as Exclude<ObjectRecord['state'], 'HELD'>);
  return {
    cleanupId: run.cleanupId,
    object: parseObjectKey(object.objectKey),
    generation: object.generation,
    state: current,
    reason: run.reason,
    serviceId: cleanup.serviceId,
    leaseId: cleanup.leaseId,
    lastLeaseId: run.lastLeaseId,
    endpoint: cleanup.endpoint,
    dueTime: run.dueTime,
    attempts: run.attempt,
    ...((current === 'DUE' || current === 'CLAIMED') &&
      object.dueAt !== undefined && { nextAttemptTime: object.dueAt }),
    ...(current === 'CLAIMED' &&
      run.claimant !== undefined &&
      run.fence !== undefined && { claimant: run.claimant, fence: run.fence }),
    ...(run.abandonTime !== undefined && { endTime: run.abandonTime }),
    ...(run.abandonReason !== undefined && { abandonReason: run.abandonReason }),
    ...(run.lastDetail !== undefined && { lastDetail: run.lastDetail }),
  };
}

/** What the collector needs to make the attempt. */
export function claimView(object: PendingObject, fence: number): CleanupClaim {
  const { cleanup, run } = object;
  return {
    cleanupId: run.cleanupId,
    object: parseObjectKey(object.objectKey),
    generation: object.generation,
    fence,
    attempt: run.attempt,
    reason: run.reason,
    dueTime: run.dueTime,
    lastLeaseId: run.lastLeaseId,
    leaseId: cleanup.leaseId,
    serviceId: cleanup.serviceId,
    metadata: cleanup.metadata,
    spec: cleanup.spec,
    endpoint: cleanup.endpoint,
  };
}
