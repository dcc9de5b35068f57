import type { StoreStats } from '@lease/core';
import { expect } from 'vitest';
import type { OpenSchema } from './open-schema.js';

/** Checks totals, gauges and quotas against the tables themselves, of which nothing was pruned (S6, S16, S10). */
export async function expectRecount({ store, sql }: OpenSchema): Promise<StoreStats> {
  const [row] = await sql<Record<string, number>[]>`select
    (select count(*)::int from lease) as created,
    (select count(*)::int from lease where state = 'ACTIVE') as active,
    (select count(*)::int from lease where state = 'RELEASED') as released,
    (select count(*)::int from lease where state = 'EXPIRED') as expired,
    (select coalesce(sum(renewal_count), 0)::int from lease) as renewals,
    (select count(*)::int from object where state = 'HELD') as held,
    (select count(*)::int from object where state in ('DUE', 'CLAIMED')) as open,
    (select count(*)::int from object where state = 'ABANDONED') as abandoned,
    (select count(*)::int from finished where state = 'COLLECTED') as collected,
    (select count(*)::int from finished where state = 'REVIVED') as revived,
    (select count(*)::int from finished where state = 'FORGOTTEN') as forgotten,
    (select count(*)::int from attempt) + (select count(*)::int from object where state = 'CLAIMED') as claimed,
    (select count(*)::int from attempt where outcome = 'DONE') as done,
    (select count(*)::int from attempt where outcome = 'RETRY') as retried,
    (select count(*)::int from attempt where outcome = 'FAIL') as failed,
    (select count(*)::int from attempt where outcome = 'UNSTARTED') as unstarted,
    (select count(*)::int from attempt where outcome = 'LOST') as lost`;
  const stats = await store.stats();
  const { leases, cleanups, attempts, heldObjects: held } = stats;
  const { kept, ended } = cleanups;
  // Of these three the tables keep no trace.
  const traceless = { kept, ended, stale: attempts.stale };
  expect({ ...leases, ...cleanups, ...attempts, held }).toEqual({ ...row, ...traceless });
  const { collected, abandoned, open, revived, forgotten } = cleanups;
  expect(ended).toBe(collected + abandoned + open + revived + kept + forgotten);
  expect(await quotas(sql)).toEqual(await activeLeases(sql));
  return stats;
}

const quotas = (sql: OpenSchema['sql']) => sql`
  select service_id, (used - coalesce((select sum(refund) from service_refund r where r.service_id = s.service_id), 0))::int
    as active
  from service s order by service_id`;

const activeLeases = (sql: OpenSchema['sql']) => sql`
  select s.service_id, count(l.lease_id)::int as active
  from service s left join lease l on l.service_id = s.service_id and l.state = 'ACTIVE'
  group by s.service_id order by s.service_id`;
