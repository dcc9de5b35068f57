import type { StoreStats } from '@lease/core';
import { expect } from 'vitest';
import { countTables, recountPostgres } from '../../helpers/recount/recount-postgres.js';
import type { OpenSchema } from './open-schema.js';

/** Checks totals, gauges and quotas against the tables themselves, of which nothing was pruned (S6, S16, S10). */
export async function expectRecount({ url, schema, store, sql }: OpenSchema): Promise<StoreStats> {
  expect(await recountPostgres(url, schema)).toEqual([]);
  const { inForce = 0, miscountedObjects, miscountedServices, ...counted } = await countTables(sql, schema);
  expect({ miscountedObjects, miscountedServices }, 'S10').toEqual({
    miscountedObjects: 0,
    miscountedServices: 0,
  });
  const stats = await store.stats();
  const { leases, cleanups, attempts, heldObjects: held } = stats;
  const { kept, ended } = cleanups;
  // Of these three the tables keep no trace.
  const traceless = { kept, ended, stale: attempts.stale };
  const { done = 0, retried = 0, failed = 0, unstarted = 0, lost = 0 } = counted;
  const claimed = inForce + done + retried + failed + unstarted + lost;
  expect({ ...leases, ...cleanups, ...attempts, held }).toEqual({ ...counted, claimed, ...traceless });
  const { collected, abandoned, open, revived, forgotten } = cleanups;
  expect(ended).toBe(collected + abandoned + open + revived + kept + forgotten);
  return stats;
}
