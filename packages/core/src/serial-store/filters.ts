import type { Cleanup } from '../cleanup/cleanup.js';
import type { ListCleanups } from '../store/cleanup-verbs.js';
import type { ListLeases } from '../store/lease-verbs.js';
import type { LeaseRecord } from './records.js';

/** Whether a lease is in the listing. */
export function matchesLease(lease: LeaseRecord, query: ListLeases): boolean {
  if (query.serviceId !== undefined && lease.serviceId !== query.serviceId) return false;
  if (query.state !== undefined && lease.state !== query.state) return false;
  if (query.objectType !== undefined && lease.object.type !== query.objectType) return false;
  return query.objectId === undefined || lease.object.id === query.objectId;
}

/** Whether a cleanup is in the listing. */
export function matchesCleanup(cleanup: Cleanup, query: ListCleanups): boolean {
  return (
    (query.serviceId === undefined || cleanup.serviceId === query.serviceId) &&
    (query.objectType === undefined || cleanup.object.type === query.objectType) &&
    (query.endpoint === undefined || cleanup.endpoint === query.endpoint) &&
    (query.state === undefined || cleanup.state === query.state) &&
    (query.abandonReason === undefined || cleanup.abandonReason === query.abandonReason)
  );
}
