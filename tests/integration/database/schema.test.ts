import { beforeAll, describe, expect, it } from 'vitest';
import { sqlClient } from '../../helpers/postgres/index.js';
import { openSchema, type OpenSchema } from './open-schema.js';
import { claimed, held } from './states.js';

let opened: OpenSchema;

beforeAll(async () => {
  opened = await openSchema();
  return () => opened.store.close();
});

const TABLES =
  `attempt control finished lease ledger loss_step migration object renewal_step service service_refund
  total`.split(/\s+/);

/** The first column of the rows, in order. */
async function names(query: Promise<readonly Record<string, unknown>[]>): Promise<unknown[]> {
  return (await query).map((row) => Object.values(row)[0]).sort();
}

describe('the schema', () => {
  it('has these tables, each with a comment', async () => {
    const { sql, schema } = opened;
    const tables = sql`select c.relname, obj_description(c.oid) is not null as comment from pg_class c
      where c.relnamespace = ${schema}::regnamespace and c.relkind = 'r' order by 1`;
    expect(await tables).toEqual(TABLES.map((relname) => ({ relname, comment: true })));
  });

  it('has a comment on every function', async () => {
    const { sql, schema } = opened;
    const silent = sql`select proname from pg_proc p
      where pronamespace = ${schema}::regnamespace and obj_description(p.oid, 'pg_proc') is null`;
    expect(await names(silent)).toEqual([]);
  });

  it('S15: reads the time in one place, and locks no table by a foreign key', async () => {
    const { sql, schema } = opened;
    const clocks = sql`select proname from pg_proc where pronamespace = ${schema}::regnamespace
      and coalesce(pg_get_function_sqlbody(oid), prosrc) ~* '(clock_timestamp|statement_timestamp|\\mnow\\(\\)|current_timestamp)'
      and proname <> 'lease_now'`;
    expect(await names(clocks)).toEqual([]);
    const foreign = sql`select conname from pg_constraint
      where connamespace = ${schema}::regnamespace and contype = 'f'`;
    expect(await names(foreign)).toEqual([]);
  });

  it('has a version in the name of each verb, so that two binaries find their own', async () => {
    const { sql, schema } = opened;
    const verbs = sql`select proname from pg_proc where pronamespace = ${schema}::regnamespace and proname like '%\\_v_'`;
    const expected = [
      'claim',
      'create',
      'expire',
      'fold',
      'fold_refunds',
      'forget',
      'prune',
      'release',
      'renew',
    ];
    expect(await names(verbs)).toEqual(
      expect.arrayContaining(
        [...expected, 'requeue_abandoned', 'retry', 'settle', 'stats'].map((verb) => `lease_${verb}_v1`),
      ),
    );
  });

  it('L4: has no index on what a renewal writes', async () => {
    const { sql } = opened;
    const indexed = sql`select distinct a.attname from pg_index i
      join pg_attribute a on a.attrelid = i.indrelid and (a.attnum = any (i.indkey)
        or pg_get_expr(i.indpred, i.indrelid) || coalesce(pg_get_expr(i.indexprs, i.indrelid), '') ~ ('\\m' || a.attname || '\\M'))
      where i.indrelid = 'lease'::regclass and a.attnum > 0`;
    const columns = await names(indexed);
    expect(columns).toContain('check_at');
    for (const written of ['expire_time', 'renew_time', 'renewal_count'])
      expect(columns).not.toContain(written);
  });

  it('L4: renews in place, without a new index entry', async () => {
    const session = sqlClient(opened.url, { max: 1, connection: { search_path: opened.schema } });
    const { leaseId, serviceId } = await held(opened.store);
    for (let n = 0; n < 100; n += 1) {
      await session`select lease_renew_v1(array[${leaseId}]::uuid[], array[${serviceId}]::text[], array[null]::bigint[])`;
    }
    await session`select pg_stat_force_next_flush()`;
    const [updates] = await session<{ all: number; hot: number }[]>`
      select n_tup_upd::int as all, n_tup_hot_upd::int as hot from pg_stat_user_tables where relid = 'lease'::regclass`;
    expect(updates?.all).toBeGreaterThanOrEqual(100);
    expect(updates?.hot).toBeGreaterThan(95);
  });
});

describe('a constraint refuses', () => {
  const CHECK = '23514';

  it.each([
    ['a held object that nobody holds', 'object', `active = 0`, 'HELD'],
    ['less than no lease', 'object', `active = -1`, 'HELD'],
    ['a held object with a pending run', 'object', 'cleanup_id = gen_random_uuid()', 'HELD'],
    ['a cleanup without its owner', 'object', 'owner_service = null', 'HELD'],
    ['a cleanup without its budget', 'object', 'max_attempts = null', 'HELD'],
    ['a claim without its claimant', 'object', 'claimant = null', 'CLAIMED'],
    ['a claim without its end', 'object', 'due_at = null', 'CLAIMED'],
    ['a reason to abandon what is claimed', 'object', `abandon_reason = 'CLAIM_LOST'`, 'CLAIMED'],
  ])('%s', async (_, table, change, state) => {
    if (state === 'HELD') await held(opened.store);
    else await claimed(opened.store);
    const update = opened.sql.unsafe(`update ${table} set ${change} where state = '${state}'`);
    await expect(update).rejects.toMatchObject({ code: CHECK });
  });

  it.each([
    ['a lease that ended at no time', `state = 'EXPIRED'`],
    ['an end of an active lease', 'end_time = lease_now()'],
    [
      'a disposition of what was not released',
      `state = 'EXPIRED', end_time = lease_now(), disposition = 'KEEP'`,
    ],
  ])('%s', async (_, change) => {
    const { leaseId } = await held(opened.store);
    const update = opened.sql.unsafe(`update lease set ${change} where lease_id = '${leaseId}'`);
    await expect(update).rejects.toMatchObject({ code: CHECK });
  });

  it('a second control row, a second row of totals, and quotas below nothing', async () => {
    const { sql } = opened;
    await held(opened.store);
    await expect(sql`insert into control (one) values (false)`).rejects.toMatchObject({ code: CHECK });
    await expect(sql`insert into total (one) values (false)`).rejects.toMatchObject({ code: CHECK });
    await expect(sql`update service set used = -1`).rejects.toMatchObject({ code: CHECK });
  });

  it('S8: a second attempt under one fence', async () => {
    const { fence } = await claimed(opened.store);
    const attempt = () => opened.sql`
      insert into attempt (fence, cleanup_id, attempt, claimant, outcome, claim_time, settle_time)
      values (${fence}, gen_random_uuid(), 1, 'c', 'DONE', lease_now(), lease_now())`;
    await attempt();
    await expect(attempt()).rejects.toMatchObject({ code: '23505' });
  });
});
