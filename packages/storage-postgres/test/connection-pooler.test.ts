import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { sqlClient, startPostgres, type RunningPostgres } from '../../../tests/helpers/postgres/index.js';
import { openDatabase } from '../src/connection/open-database.js';
import { startFakePooler } from './fake-pooler.js';

let postgres: RunningPostgres;
beforeAll(async () => {
  postgres = await startPostgres();
});

describe.each(['refused', 'ignored'] as const)('behind a pooler, where settings are %s', (settings) => {
  async function open(schema = 'unused') {
    const pooler = await startFakePooler(postgres.port, settings);
    const database = openDatabase({ url: pooler.url, schema, maxConnections: 2, callTimeoutMs: 2_000 });
    onTestFinished(() => database.close());
    return { pooler, database };
  }

  it('each call brings its settings along, prepares nothing and leaves nothing behind', async () => {
    const { database } = await open();
    const [row] = await database.call(
      'rpc',
      `select current_setting('statement_timeout') as statement, current_setting('lock_timeout') as lock,
              current_setting('idle_in_transaction_session_timeout') as idle, current_setting('jit') as jit,
              current_setting('search_path') as path, $1::integer + 1 as sum,
              (select count(*) from pg_prepared_statements where statement not like 'fetch%') as prepared`,
      [1],
    );
    expect(row).toEqual({
      ...{ statement: '1600ms', lock: '500ms', idle: '1600ms', jit: 'off' },
      ...{ path: 'pg_catalog, pg_temp', sum: 2, prepared: 0 },
    });
  });

  it('knows it after the first connection', async () => {
    const { pooler, database } = await open();
    await database.call('rpc', 'select 1');
    await database.call('sweep', 'select 1');
    expect(pooler.startups.map((startup) => startup.includes('lock_timeout'))).toEqual(
      settings === 'refused' ? [true, false, false] : [true, false],
    );
  });

  it('a call that fails takes nothing with it', async () => {
    const schema = `fails when ${settings}`;
    const admin = sqlClient(postgres.url);
    await admin`create schema ${admin(schema)}`;
    await admin`create table ${admin(schema)}.item (id integer primary key)`;
    const { database } = await open(schema);
    const insert = (id: number) =>
      database.call('rpc', `insert into ${database.schema}.item values ($1::integer) returning id`, [id]);
    await expect(insert(1)).resolves.toEqual([{ id: 1 }]);
    await expect(insert(1)).rejects.toMatchObject({ code: '23505' });
    await expect(database.call('rpc', 'select pg_sleep(60)')).rejects.toMatchObject({
      cause: { code: '57014' },
    });
    await expect(insert(2)).resolves.toEqual([{ id: 2 }]);
    await expect(admin`select id from ${admin(schema)}.item order by id`).resolves.toMatchObject([
      { id: 1 },
      { id: 2 },
    ]);
  });
});
