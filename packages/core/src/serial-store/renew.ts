import type { RenewLease, RenewResult } from '../store/lease-verbs.js';
import { countRenewal } from './brake.js';
import type { Session } from './session.js';
import { leaseView } from './views.js';

/** See `LeaseStore.renew`. Judged by the lease's state, never by a clock: a late renewal rescues what no sweep has ended. */
export function renewLease({ tables, now }: Session, command: RenewLease): RenewResult {
  const lease = tables.lease(command.leaseId);
  if (lease === undefined) return { outcome: 'refused', reason: 'LEASE_NOT_FOUND', now };
  if (lease.serviceId !== command.serviceId) return { outcome: 'refused', reason: 'NOT_LEASE_HOLDER', now };
  if (lease.state !== 'ACTIVE') return { outcome: 'refused', reason: 'LEASE_ENDED', now };
  const marginMs = lease.expireTime - now;
  lease.expireTime = Math.max(lease.expireTime, now + (command.ttlMs ?? lease.ttlMs));
  lease.renewTime = now;
  lease.renewalCount += 1;
  tables.saveRenewal(lease);
  if (lease.checkAt > lease.expireTime) {
    // The sweep moved the lease on to the end of its recovery, and the new ttl is a shorter one.
    lease.checkAt = lease.expireTime;
    tables.saveCheck(lease);
  }
  countRenewal(tables.control, now);
  tables.control.totals.renewals += 1;
  tables.saveControl(now);
  return { outcome: 'done', lease: leaseView(lease), now, marginMs };
}
