import { seededRandom } from '@lease/core/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { freshSchema, sqlClient } from '../../../tests/helpers/postgres/index.js';
import type { DatabaseOptions } from '../src/connection/database-options.js';
import { openDatabase } from '../src/connection/open-database.js';

function open(options: Partial<DatabaseOptions> = {}) {
  const database = openDatabase({ ...freshSchema(), maxConnections: 4, random: seededRandom(1), ...options });
  onTestFinished(() => database.close());
  return database;
}

/** A schema with a table of numbered rows. */
async function openWithRows(options: Partial<DatabaseOptions> = {}) {
  const { url, schema } = freshSchema();
  const admin = sqlClient(url);
  await admin`create schema ${admin(schema)}`;
  await admin`create table ${admin(schema)}.item (id integer primary key, name text not null)`;
  await admin`insert into ${admin(schema)}.item select n, 'item ' || n from generate_series(1, 10) n`;
  return { schema, admin, database: open({ url, schema, ...options }) };
}

describe('a call', () => {
  it('runs under our settings, whatever the server or the role has', async () => {
    const database = open({ callTimeoutMs: 2_000 });
    const names = [
      ...['statement_timeout', 'lock_timeout', 'plan_cache_mode', 'jit', 'enable_seqscan'],
      ...['transaction_isolation', 'TimeZone', 'search_path', 'application_name'],
    ];
    const [row] = await database.call<{ all: unknown }>(
      'rpc',
      'select jsonb_object_agg(name, current_setting(name)) as all from unnest($1::text[]) name',
      [names],
    );
    expect(row?.all).toEqual({
      statement_timeout: '1600ms',
      lock_timeout: '500ms',
      plan_cache_mode: 'force_generic_plan',
      jit: 'off',
      enable_seqscan: 'off',
      transaction_isolation: 'read committed',
      TimeZone: 'UTC',
      search_path: 'pg_catalog, pg_temp',
      application_name: 'lease',
    });
  });

  it('is prepared once per connection', async () => {
    const database = open({ maxConnections: 2 });
    for (let n = 0; n < 3; n += 1) await database.call('rpc', 'select $1::integer as n', [n]);
    const prepared = await database.call<{ statement: string; calls: number }>(
      'rpc',
      'select statement, generic_plans as calls from pg_prepared_statements where statement like $1::text',
      ['%$1::integer as n'],
    );
    expect(prepared).toEqual([{ statement: 'select $1::integer as n', calls: 3 }]);
  });

  it('rejects with the error of the statement, and the connection goes on', async () => {
    const database = open({ maxConnections: 2 });
    const pid = () => database.call<{ pid: number }>('rpc', 'select pg_backend_pid() as pid');
    const before = await pid();
    await expect(database.call('rpc', 'selec 1')).rejects.toMatchObject({ code: '42601' });
    await expect(database.call('rpc', 'select * from nowhere')).rejects.toMatchObject({ code: '42P01' });
    await expect(database.call('rpc', 'select 1 / $1::integer', [0])).rejects.toMatchObject({
      code: '22012',
    });
    expect(await pid()).toEqual(before);
  });

  it('F4: is cancelled by the server before its deadline', async () => {
    const database = open({ callTimeoutMs: 1_000, maxConnections: 2 });
    await expect(database.call('rpc', 'select pg_sleep(60)')).rejects.toMatchObject({
      name: 'StoreUnavailableError',
      message: expect.stringContaining('canceling statement due to statement timeout') as string,
      cause: { code: '57014' },
    });
  });

  it('is repeated after contention, a bounded number of times', async () => {
    const { schema, database } = await openWithRows();
    // The sequence counts the tries, since it does not roll back.
    const create = async (name: string, failures: number) => {
      const admin = sqlClient();
      await admin.unsafe(`create sequence "${schema}".${name};
        create function "${schema}".${name}() returns text language plpgsql as $$ begin
          if nextval('"${schema}".${name}') <= ${failures} then raise exception 'contended' using errcode = '40001'; end if;
          return 'done'; end $$`);
      return () => database.call<{ answer: string }>('rpc', `select "${schema}".${name}() as answer`);
    };
    const tries = async (name: string) =>
      (await database.call<{ last: number }>('rpc', `select last_value as last from "${schema}".${name}`))[0]
        ?.last;

    const contended = await create('contended', 5);
    await expect(contended()).resolves.toEqual([{ answer: 'done' }]);
    expect(await tries('contended')).toBe(6);

    const hopeless = await create('hopeless', 1_000);
    await expect(hopeless()).rejects.toMatchObject({
      name: 'StoreUnavailableError',
      cause: { code: '40001' },
    });
    expect(await tries('hopeless')).toBe(6);
  });

  it('F19: waits for a lock until the lock timeout, repeats, and ends by its deadline', async () => {
    const { schema, admin, database } = await openWithRows({ callTimeoutMs: 600 });
    const holder = await admin.reserve();
    await holder`begin`;
    await holder`select from ${admin(schema)}.item where id = 1 for update`;
    const update = (id: number) =>
      database.call('rpc', `update "${schema}".item set name = 'x' where id = $1::integer returning id`, [
        id,
      ]);
    const startMs = performance.now();
    await expect(update(1)).rejects.toMatchObject({
      name: 'StoreUnavailableError',
      cause: { code: '55P03' },
    });
    expect(performance.now() - startMs).toBeLessThan(900);
    await expect(update(2)).resolves.toEqual([{ id: 2 }]);
    const waiting = update(1);
    await holder`rollback`;
    await expect(waiting).resolves.toEqual([{ id: 1 }]);
    holder.release();
  });

  it('F19: the sweep has connections of its own, however many requests wait', async () => {
    const { schema, admin, database } = await openWithRows({ maxConnections: 2, callTimeoutMs: 2_000 });
    const holder = await admin.reserve();
    await holder`begin`;
    await holder`select from ${admin(schema)}.item where id = 1 for update`;
    const requests = Array.from({ length: 500 }, () =>
      database.call('rpc', `update "${schema}".item set name = 'x' where id = 1 returning id`),
    );
    const settled = Promise.allSettled(requests);
    for (let n = 0; n < 20; n += 1) {
      const startMs = performance.now();
      await database.call('sweep', 'select 1 as one');
      expect(performance.now() - startMs).toBeLessThan(500);
    }
    await holder`rollback`;
    holder.release();
    expect((await settled).filter(({ status }) => status === 'fulfilled')).toHaveLength(500);
  });
});

describe('close', () => {
  it('waits for what is under way, refuses what comes later, and leaves no session', async () => {
    const { url, schema } = freshSchema();
    const named = new URL(url);
    named.searchParams.set('application_name', schema);
    const database = openDatabase({ url: named.href, schema });
    const call = database.call('rpc', 'select pg_sleep(0.2) is null as slept');
    const closed = database.close();
    await expect(database.call('rpc', 'select 1')).rejects.toThrow('the store is closed');
    await expect(call).resolves.toEqual([{ slept: false }]);
    await Promise.all([closed, database.close()]);
    const admin = sqlClient(url);
    await expect
      .poll(() => admin`select pid from pg_stat_activity where application_name = ${schema}`)
      .toEqual([]);
  });

  it('needs no connection to have been opened', async () => {
    const database = openDatabase({ url: 'postgres://me@127.0.0.1:1/nowhere' });
    await database.close();
    await database.close();
  });
});
