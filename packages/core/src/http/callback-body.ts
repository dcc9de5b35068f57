import type { CleanupClaim } from '../cleanup/cleanup.js';
import { isoText } from './calendar.js';

/**
 * The JSON that a cleanup endpoint gets. All attempts of one cleanup get the same text but for `attempt` and `fence`
 * (S7). Numbers are below 2^53; a metadata key may be any text, `__proto__` included.
 */
export function callbackBody(claim: CleanupClaim): string {
  return JSON.stringify({
    cleanup_id: claim.cleanupId,
    object_type: claim.object.type,
    object_id: claim.object.id,
    generation: claim.generation,
    fence: claim.fence,
    attempt: claim.attempt,
    reason: claim.reason,
    due_time: isoText(claim.dueTime),
    last_lease_id: claim.lastLeaseId,
    lease_id: claim.leaseId,
    service_id: claim.serviceId,
    // Defines own properties: an assignment to `__proto__` would change the prototype and drop the entry.
    metadata: Object.fromEntries(claim.metadata),
    payload: claim.spec.payload,
  });
}
