import type { CleanupClaim } from '@lease/core';
import { CleanupReason, type CleanupRequest } from '@lease/protocol';

/** What a handler is told: the same as an HTTP endpoint. */
export function cleanupRequest(claim: CleanupClaim): CleanupRequest {
  return {
    leaseId: claim.leaseId,
    serviceId: claim.serviceId,
    metadata: new Map(claim.metadata),
    payload: claim.spec.payload,
    objectId: claim.object.id,
    objectType: claim.object.type,
    lastLeaseId: claim.lastLeaseId,
    reason: CleanupReason[claim.reason],
    dueTime: new Date(claim.dueTime),
    cleanupId: claim.cleanupId,
    generation: BigInt(claim.generation),
    fence: BigInt(claim.fence),
    attempt: claim.attempt,
  };
}
