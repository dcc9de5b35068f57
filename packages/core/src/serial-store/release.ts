import { objectKey } from '../lease/object-ref.js';
import type { ReleaseLease, ReleaseResult } from '../store/lease-verbs.js';
import { endLease } from './end-lease.js';
import type { LeaseRecord } from './records.js';
import type { Session } from './session.js';
import { leaseView } from './views.js';

/** See `LeaseStore.release`. The same release again gets the same answer. */
export function releaseLease(session: Session, command: ReleaseLease): ReleaseResult {
  const { tables, now } = session;
  const lease = tables.lease(command.leaseId);
  if (lease === undefined) return { outcome: 'refused', reason: 'LEASE_NOT_FOUND', now };
  if (lease.serviceId !== command.serviceId) return { outcome: 'refused', reason: 'NOT_LEASE_HOLDER', now };
  if (lease.state !== 'ACTIVE') {
    return agrees(lease, command)
      ? { outcome: 'done', lease: leaseView(lease), now }
      : { outcome: 'refused', reason: 'LEASE_ENDED', now };
  }
  const owner = tables.object(objectKey(lease.object))?.cleanup?.serviceId;
  if (command.disposition === 'KEEP' && owner !== undefined && owner !== command.serviceId) {
    return { outcome: 'refused', reason: 'CLEANUP_OWNED', now };
  }
  lease.disposition = command.disposition;
  endLease(session, lease, 'RELEASED');
  return { outcome: 'done', lease: leaseView(lease), now };
}

/** Whether the lease has ended the way that is asked for: an expired one is collected, never kept. */
function agrees(lease: LeaseRecord, { disposition }: ReleaseLease): boolean {
  return lease.state === 'RELEASED' ? lease.disposition === disposition : disposition === 'COLLECT';
}
