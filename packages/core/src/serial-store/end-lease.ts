import type { CleanupReason } from '../cleanup/cleanup.js';
import { objectKey, typeGroup } from '../lease/object-ref.js';
import type { LeaseRecord } from './records.js';
import type { Session } from './session.js';

/**
 * Ends an active lease and, if it was the last one on its object, makes the object due or drops it.
 * Returns whether the object fell due.
 */
export function endLease(session: Session, lease: LeaseRecord, state: CleanupReason): boolean {
  const { tables, now, random } = session;
  const { totals } = tables.control;
  lease.state = state;
  lease.endTime = now;
  tables.saveEnd(lease);
  tables.addActiveLeases(lease.serviceId, -1);
  totals.active -= 1;
  totals.activeByType[typeGroup(lease.object.type)] -= 1;
  if (state === 'EXPIRED') totals.expired += 1;
  else totals.released += 1;
  tables.saveControl(now);

  const object = tables.object(objectKey(lease.object));
  if (object?.state !== 'HELD')
    throw new Error(`lease ${lease.leaseId} was active on an object that is not held`);
  object.active -= 1;
  const keep = lease.disposition === 'KEEP';
  const kept = keep && object.cleanup !== undefined;
  if (keep) object.cleanup = undefined;
  if (object.active > 0) {
    tables.saveObject(object);
    return false;
  }

  totals.held -= 1;
  if (object.cleanup === undefined) {
    tables.dropObject(object);
    if (kept) {
      totals.ended += 1;
      totals.kept += 1;
    }
    return false;
  }
  object.state = 'DUE';
  object.dueAt = now;
  object.run = {
    cleanupId: random.uuid(),
    reason: state,
    lastLeaseId: lease.leaseId,
    dueTime: now,
    attempt: 0,
    reached: 0,
    spent: 0,
    lostClaims: 0,
    unanswered: false,
    fence: undefined,
    claimant: undefined,
    claimTime: undefined,
    abandonReason: undefined,
    abandonTime: undefined,
    lastDetail: undefined,
  };
  tables.saveObject(object);
  totals.ended += 1;
  totals.open += 1;
  return true;
}
