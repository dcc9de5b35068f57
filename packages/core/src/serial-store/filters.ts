import type { Cleanup } from '../cleanup/cleanup.js';
import type { ListCleanups } from '../store/cleanup-verbs.js';
import type { ListLeases } from '../store/lease-verbs.js';
import type { LeaseRecord } from './records.js';
import type { PendingOutline } from './views.js';

/** Whether a lease is in the listing. */
export function matchesLease(lease: LeaseRecord, query: ListLeases): boolean {
  if (query.serviceId !== undefined && lease.serviceId !== query.serviceId) return false;
  if (query.state !== undefined && lease.state !== query.state) return false;
  if (query.objectType !== undefined && lease.object.type !== query.objectType) return false;
  return query.objectId === undefined || lease.object.id === query.objectId;
}

/** Whether a finished cleanup is in the listing. */
export function matchesCleanup(cleanup: Cleanup, query: ListCleanups): boolean {
  return (
    (query.serviceId === undefined || cleanup.serviceId === query.serviceId) &&
    (query.objectType === undefined || cleanup.object.type === query.objectType) &&
    (query.endpoint === undefined || cleanup.endpoint === query.endpoint) &&
    (query.state === undefined || cleanup.state === query.state) &&
    (query.abandonReason === undefined || cleanup.abandonReason === query.abandonReason)
  );
}

/** The same for a pending one, before its view is made: a page may visit many that do not match. */
export function matchesPending(
  { objectKey, state, cleanup, run }: PendingOutline,
  query: ListCleanups,
): boolean {
  return (
    (query.state === undefined || state === query.state) &&
    (query.abandonReason === undefined || run.abandonReason === query.abandonReason) &&
    (query.serviceId === undefined || cleanup.serviceId === query.serviceId) &&
    (query.endpoint === undefined || cleanup.endpoint === query.endpoint) &&
    (query.objectType === undefined || objectKey.startsWith(`${query.objectType}/`))
  );
}
