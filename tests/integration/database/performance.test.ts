import type { ClaimCleanups } from '@lease/core';
import { beforeAll, describe, expect, it } from 'vitest';
import type postgres from 'postgres';
import { CountingSession } from './counting-session.js';
import { endpointsFrom, fill } from './fill.js';
import { openSchema, type OpenSchema } from './open-schema.js';

const LIMIT = 256;
const uuids = (rows: readonly { id: string }[]) => rows.map(({ id }) => id);

/** In a session of its own, which has no plans yet. */
async function visits(opened: OpenSchema, work: (sql: postgres.Sql) => Promise<unknown>): Promise<number> {
  await using session = new CountingSession(opened);
  return await session.visits(work);
}

const claim = (sql: postgres.Sql, limit: number, busy: readonly string[] = []) => sql`
  select * from lease_claim_v1('claimant', ${limit}, 16, ${[...busy]}::text[], 40000, 16, '')`;

/** Plans are made for what the planner believes at that time: nothing yet, or that there is a lot. */
const SIZES = [
  { size: 20_000, known: 'unknown to the planner', learn: (sql: postgres.Sql) => sql`select` },
  { size: 100_000, known: 'analysed', learn: (sql: postgres.Sql) => sql`analyze lease, object` },
] as const;

describe.each(SIZES)('L1 L3: among $size due cleanups of 1,000 endpoints, $known', ({ size, learn }) => {
  let opened: OpenSchema;
  beforeAll(async () => {
    opened = await openSchema();
    await fill(opened.sql, { objects: size, endpoints: 1_000, state: 'DUE', inMs: -60_000 });
    await learn(opened.sql);
    return () => opened.store.close();
  });

  it.each([
    ['none of them busy', []],
    ['nine of ten busy', endpointsFrom(0, 1_000).filter((_, n) => n % 10 !== 0)],
    ['the first 900 busy', endpointsFrom(0, 900)],
  ])('a claim visits few rows, with %s', async (_, busy) => {
    // What it looks at besides: FEW due ones, and the first of each endpoint.
    const claimed = await visits(opened, async (sql) => {
      expect(await claim(sql, LIMIT, busy)).toHaveLength(LIMIT + 1);
    });
    expect(claimed).toBeLessThan(3 * LIMIT + 256 + 1_000);
  });

  it('a claim of many visits few more rows than it takes', async () => {
    expect(await visits(opened, (sql) => claim(sql, 10_000))).toBeLessThan(3 * 10_000);
  });

  it('a claim takes about as long as among 1,000', async () => {
    const few = await openSchema();
    await fill(few.sql, { objects: 1_000, endpoints: 1_000, state: 'DUE', inMs: -60_000 });
    const command: ClaimCleanups = {
      claimant: 'c',
      limit: 64,
      perEndpointLimit: 16,
      busyEndpoints: [],
      claimMs: 60_000,
    };
    const timed = async ({ store }: OpenSchema) => {
      const start = performance.now();
      expect(await store.claimCleanups(command)).toHaveLength(64);
      return performance.now() - start;
    };
    await timed(few);
    await timed(opened);
    const ratios: number[] = [];
    for (let round = 0; round < 7; round += 1) ratios.push((await timed(opened)) / (await timed(few)));
    expect(ratios.sort((a, b) => a - b)[3]).toBeLessThan(3);
    await few.store.close();
  });

  it('a settlement visits what it settles', async () => {
    const { sql } = opened;
    const settled = await sql.begin(async (transaction) => {
      await claim(transaction as unknown as postgres.Sql, LIMIT);
      return transaction<{ object_key: string; cleanup_id: string; fence: string }[]>`
        select object_key, cleanup_id, fence from object where state = 'CLAIMED' and claimant = 'claimant'`;
    });
    for (const kind of ['DONE', 'RETRY', 'FAIL', 'UNSTARTED']) {
      const settle = (session: postgres.Sql) => session`
        select lease_settle_v1(${settled.map((row) => row.object_key)}, ${settled.map((row) => row.cleanup_id)}::uuid[],
          ${settled.map((row) => row.fence)}::bigint[], array_fill(${kind}::attempt_outcome, array[${settled.length}::int]),
          array_fill('answered'::text, array[${settled.length}::int]), array_fill(1000::bigint, array[${settled.length}::int]),
          array_fill('CLAIM_LOST'::abandon_reason, array[${settled.length}::int]),
          array_fill(1.5::float8, array[${settled.length}::int]), array_fill(200, array[${settled.length}::int]),
          array_fill('detail'::text, array[${settled.length}::int])) as results`;
      // The lock, the attempt, the row that is changed, the guards and the answer: a few looks at each, whatever lies around.
      expect(await visits(opened, settle), kind).toBeLessThan(8 * settled.length);
    }
  });

  it('a listing looks at 1,000 cleanups at most, and says where it stopped', async () => {
    const { sql, store } = opened;
    const { cleanups, nextCursor } = await store.listCleanups({ limit: 100, endpoint: 'http://h000007' });
    expect(cleanups.length).toBeLessThan(100);
    const [stop] = await sql<{ id: string }[]>`
      select cleanup_id as id from object where cleanup_id is not null order by cleanup_id offset 999 limit 1`;
    expect(nextCursor).toBe(stop?.id);
    // These have an index of their own: the due ones are not even looked at.
    expect(await store.listCleanups({ limit: 100, state: 'ABANDONED' })).not.toHaveProperty('nextCursor');
  });

  it('S16: the totals visit no row of them', async () => {
    expect(await visits(opened, (sql) => sql`select * from lease_stats_v1()`)).toBeLessThan(10);
  });
});

describe('L1: behind 50,000 endpoints in backoff', () => {
  it('the one that is due is claimed at once', async () => {
    const backoff = await openSchema();
    const { sql, store } = backoff;
    await fill(sql, { objects: 50_000, endpoints: 50_000, state: 'DUE', inMs: 3_600_000 });
    await fill(sql, { objects: 1, endpoints: 1, state: 'DUE', inMs: -1_000, prefix: 'z' });
    expect(await visits(backoff, (session) => claim(session, LIMIT))).toBeLessThan(10);
    const command = { claimant: 'c', limit: 64, perEndpointLimit: 16, busyEndpoints: [], claimMs: 60_000 };
    expect((await store.claimCleanups(command)).map(({ object }) => object.id)).toEqual(['z1']);
    await store.close();
  });
});

describe.each(SIZES)('L4: among $size leases, $known', ({ size, learn }) => {
  let opened: OpenSchema;
  let leases: string[];
  beforeAll(async () => {
    opened = await openSchema();
    await fill(opened.sql, { objects: size, endpoints: 10, state: 'HELD' });
    await learn(opened.sql);
    leases = uuids(await opened.sql<{ id: string }[]>`select lease_id as id from lease limit ${LIMIT}`);
    return () => opened.store.close();
  });

  it.each<readonly [string, number, (sql: postgres.Sql) => Promise<unknown>]>([
    [
      'a renewal',
      3,
      (sql) => sql`
      select lease_renew_v1(${leases}::uuid[], array_fill('service'::text, array[${leases.length}::int]),
        array_fill(null::bigint, array[${leases.length}::int]))`,
    ],
    [
      'a release',
      8,
      (sql) => sql`
      select lease_release_v1(${leases}::uuid[], array_fill('service'::text, array[${leases.length}::int]),
        array_fill(false, array[${leases.length}::int]))`,
    ],
    ['a sweep', 8, (sql) => sql`select lease_expire_v1(${LIMIT}, 0, 0.25, false)`],
  ])('%s visits the rows that it is about', async (_, each, verb) => {
    await opened.sql`update control set last_sweep = lease_now()`;
    const visited = await visits(opened, verb);
    expect(visited).toBeGreaterThanOrEqual(LIMIT);
    expect(visited).toBeLessThanOrEqual(each * LIMIT);
  });
});

it('L4: a step of pruning visits what it drops', async () => {
  const ended = await openSchema();
  await fill(ended.sql, { objects: 20_000, endpoints: 10, state: 'ABANDONED', inMs: -7_200_000 });
  await ended.sql`analyze lease`;
  const prune = (sql: postgres.Sql) => sql`select * from lease_prune_v1(3600000, 3600000, ${LIMIT}, '')`;
  expect(await visits(ended, prune)).toBeLessThanOrEqual(3 * LIMIT);
  await ended.store.close();
});
