import type { Instant, Lease } from '@lease/core';
import type { Database } from '../connection/database.js';
import { type LeaseRow, readLease } from '../lease-row.js';

/** See `LeaseStore.get`. */
export async function get(
  database: Database,
  leaseId: string,
): Promise<{ readonly lease?: Lease; readonly now: Instant }> {
  const { schema } = database;
  const [row] = await database.call<{ lease: LeaseRow | null; now: Instant }>(
    'rpc',
    `select (select ${schema}.lease_row(l) from ${schema}.lease l where l.lease_id = $1::uuid) as lease,
      ${schema}.lease_now() as now`,
    [leaseId],
  );
  if (row === undefined) throw new Error('get was not answered');
  const { lease, now } = row;
  return lease === null ? { now } : { lease: readLease(lease), now };
}
