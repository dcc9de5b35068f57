import { CleanupReason, type CleanupRequest } from '@lease/protocol';
import type { Cleanup } from '../../src/receiver/index.js';

/** What the server puts on the wire for a cleanup. */
export const messageOf = (each: Cleanup, more: Partial<CleanupRequest> = {}): CleanupRequest => ({
  leaseId: each.leaseId,
  serviceId: each.serviceId,
  metadata: new Map(Object.entries(each.metadata)),
  payload: each.payload,
  objectId: each.object.id,
  objectType: each.object.type,
  lastLeaseId: each.lastLeaseId,
  reason: CleanupReason[each.reason],
  dueTime: each.dueTime,
  cleanupId: each.cleanupId,
  generation: BigInt(each.generation),
  fence: BigInt(each.fence),
  attempt: each.attempt,
  ...more,
});
