import { type CreateLease, type Lease, type LeasePage, type ListLeases } from '@lease/core';
import { createCommand, objectRef, seededRandom } from '@lease/core/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PostgresContext } from '../storage/postgres-context.js';
import { postgres } from '../storage/stores.js';

const BATCH = 500;
/** More than are looked at for one page, and no multiple of it. */
const LEASES = 2_300;
const MAX_VISITS = 1_000;

/** The id of no lease. */
const NOBODY = 'ffffffff-ffff-4fff-8fff-ffffffffffff';

const random = seededRandom(5);
let context: PostgresContext;
/** Three leases among many others, by whatever they are asked for. */
let rare: readonly string[];

beforeAll(async () => {
  context = await postgres.open();
  const common = Array.from({ length: LEASES }, (_, n) =>
    command({ objectType: 'blob', objectId: `object-${n % 50}` }),
  );
  const few = [1, 2, 3].map(() => command({ objectType: 'custom', objectId: 'object-1' }));
  const commands = [...common, ...few];
  for (let at = 0; at < commands.length; at += BATCH)
    await context.store.create(commands.slice(at, at + BATCH));
  rare = few.map(({ leaseId }) => leaseId).sort();
  await context.store.release(
    few.map(({ leaseId, serviceId }) => ({ leaseId, serviceId, disposition: 'COLLECT' })),
  );
}, 60_000);
afterAll(() => context.close());

function command({ objectType, objectId }: { objectType: string; objectId: string }): CreateLease {
  return createCommand({
    leaseId: random.uuid(),
    serviceId: 'service',
    object: objectRef(objectId, objectType),
    ttlMs: 60_000,
  });
}

async function pagesOf(query: ListLeases): Promise<readonly LeasePage[]> {
  const pages = [await context.store.list(query)];
  for (let cursor = pages[0]?.nextCursor; cursor !== undefined; cursor = pages.at(-1)?.nextCursor) {
    pages.push(await context.store.list({ ...query, cursor }));
  }
  return pages;
}

const idsOf = (pages: readonly LeasePage[]) =>
  pages
    .flatMap(({ leases }) => leases)
    .map(({ leaseId }: Lease) => leaseId)
    .sort();

describe('a listing whose filter matches little', () => {
  test.each<[string, Omit<ListLeases, 'limit'>, number]>([
    ['of a state', { state: 'RELEASED' }, LEASES + 3],
    ['of a state, of a service', { state: 'RELEASED', serviceId: 'service' }, LEASES + 3],
    ['of a type, of a service', { objectType: 'custom', serviceId: 'service' }, LEASES + 3],
    ['of a state, of a type', { objectType: 'custom', state: 'RELEASED' }, 3],
  ])('%s: looks at 1,000 leases a page, and misses none', async (_, filter, scanned) => {
    const pages = await pagesOf({ ...filter, limit: 100 });
    expect(idsOf(pages)).toEqual(rare);
    expect(pages.length).toBe(Math.floor(scanned / MAX_VISITS) + 1);
  });

  test('goes on behind the last lease of a full page, not behind those that it looked at', async () => {
    const pages = await pagesOf({ state: 'ACTIVE', limit: 400 });
    const ids = idsOf(pages);
    expect([ids.length, new Set(ids).size]).toEqual([LEASES, LEASES]);
    for (const { leases } of pages.slice(0, -1)) expect(leases.length).toBeLessThanOrEqual(400);
  });

  test.each([
    "17'; --",
    `9223372036854775808/${NOBODY}`,
    `-9223372036854775809/${NOBODY}`,
    `9999999999999999999/${NOBODY}`,
  ])('with a cursor that no listing handed out, begins at the beginning: %s', async (cursor) => {
    for (const query of [{ limit: 5 }, { limit: 5, objectType: 'blob' }]) {
      const { leases } = await context.store.list(query);
      expect(leases).toHaveLength(5);
      const other = await context.store.list({ ...query, cursor });
      expect(idsOf([other])).toEqual(leases.map(({ leaseId }) => leaseId).sort());
    }
  });

  test('goes on from the ends of what a position can be', async () => {
    const query = { limit: 5, objectType: 'blob' };
    const first = await context.store.list({ ...query, cursor: `-9223372036854775808/${NOBODY}` });
    expect(first.leases).toHaveLength(5);
    const last = await context.store.list({ ...query, cursor: `9223372036854775807/${NOBODY}` });
    expect(last.leases).toEqual([]);
  });

  test('of cleanups begins at the beginning with a cursor that no listing handed out, too', async () => {
    for (const cursor of ["17'; --", '9'.repeat(40), `9223372036854775808/${NOBODY}`]) {
      await expect(context.store.listCleanups({ limit: 5, cursor })).resolves.toMatchObject({ cleanups: [] });
    }
  });
});
