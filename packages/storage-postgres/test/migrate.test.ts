import { beforeAll, describe, expect, it } from 'vitest';
import {
  freshSchema,
  sqlClient,
  startPostgres,
  type RunningPostgres,
} from '../../../tests/helpers/postgres/index.js';
import { migrateTo } from '../src/migrate/migrate.js';
import type { Migration } from '../src/migrate/migration-files.js';
import { startFakePooler } from './fake-pooler.js';

const first: Migration = {
  version: 1,
  name: 'first',
  breaking: true,
  text: `create table "$schema".item (id integer primary key);
    create function "$schema".items() returns bigint language plpgsql as $$
      begin return (select count(*) from "$schema".item); end $$;`,
};
const second: Migration = {
  version: 2,
  name: 'second',
  breaking: false,
  text: 'alter table "$schema".item add name text;\ninsert into "$schema".item values (1, $text$"$schema"$text$);',
};

/** For what others would notice: roles, databases, schemas with names of their own. */
let postgres: RunningPostgres;
beforeAll(async () => {
  postgres = await startPostgres();
});

/** What a schema has, in order. */
async function recorded(schema: string, url?: string) {
  const admin = sqlClient(url);
  const rows = await admin<{ version: number; name: string; breaking: boolean }[]>`
    select version, name, breaking from ${admin(schema)}.migration order by version`;
  return rows.map(({ version, name, breaking }) => `${version} ${name} ${breaking}`);
}

describe('migrate', () => {
  it('makes the schema, applies what it lacks, and remembers', async () => {
    const { url, schema } = freshSchema();
    await migrateTo({ url, schema }, [first]);
    expect(await recorded(schema)).toEqual(['1 first true']);
    await migrateTo({ url, schema }, [first, second]);
    await migrateTo({ url, schema }, [first, second]);
    expect(await recorded(schema)).toEqual(['1 first true', '2 second false']);
  });

  it.each([
    'Lease',
    'a"b',
    "o'clock",
    'sp ace;--',
    '"; drop schema public; --',
    'ü'.repeat(31),
    'x'.repeat(63),
  ])('takes any name for the schema: %s', async (schema) => {
    await migrateTo({ url: postgres.url, schema }, [first, second]);
    const admin = sqlClient(postgres.url);
    expect(await admin`select name from ${admin(schema)}.item`).toMatchObject([
      { name: `"${schema.replaceAll('"', '""')}"` },
    ]);
    expect(await admin`select ${admin(schema)}.items() as count`).toMatchObject([{ count: '1' }]);
  });

  it('undoes a migration that fails, and keeps those before', async () => {
    const { url, schema } = freshSchema();
    const broken = { ...second, text: 'create table "$schema".half (id integer); select 1 / 0;' };
    await expect(migrateTo({ url, schema }, [first, broken])).rejects.toMatchObject({ code: '22012' });
    expect(await recorded(schema)).toEqual(['1 first true']);
    await migrateTo({ url, schema }, [first, second]);
    const admin = sqlClient();
    expect(await admin`select to_regclass(${`${schema}.half`}) as half`).toMatchObject([{ half: null }]);
  });

  it('F16: any number may do so at once', async () => {
    const { url, schema } = freshSchema();
    const slow = { ...second, text: `select pg_sleep(0.05); ${second.text}` };
    await Promise.all(Array.from({ length: 12 }, () => migrateTo({ url, schema }, [first, slow])));
    expect(await recorded(schema)).toEqual(['1 first true', '2 second false']);
  });

  it('F16: an older version refuses a schema that a newer one broke, and says so; others it takes', async () => {
    const { url, schema } = freshSchema();
    await migrateTo({ url, schema }, [first, second]);
    await migrateTo({ url, schema }, [first]);
    await migrateTo({ url, schema }, [first, second, { ...second, version: 3, breaking: true, text: '' }]);
    await expect(migrateTo({ url, schema }, [first, second])).rejects.toMatchObject({
      name: 'PostgresSchemaError',
      message: expect.stringContaining('run the newer one') as string,
    });
  });

  it('needs no right to create where nothing is lacking, nor one on the database for a schema that is there', async () => {
    const admin = sqlClient(postgres.url);
    await admin`create role tenant login`;
    await admin`create role reader login`;
    await admin`create schema mine authorization tenant`;
    const as = (role: string) => ({ url: postgres.urlOf(role), schema: 'mine' });

    await migrateTo(as('tenant'), [first]);
    await admin`grant usage on schema mine to reader`;
    await admin`grant select on mine.migration to reader`;
    await migrateTo(as('reader'), [first]);
    await expect(migrateTo(as('reader'), [first, second])).rejects.toMatchObject({
      name: 'PostgresSchemaError',
      message: expect.stringContaining('permission denied for schema mine') as string,
    });
    await expect(migrateTo({ ...as('tenant'), schema: 'other' }, [first])).rejects.toThrow(
      'permission denied for database postgres',
    );
  });

  it.each([
    'create table SCHEMA.item ()',
    'create table SCHEMA.migration (version integer, name text, breaking boolean)',
  ])("leaves a schema alone that is somebody else's: %s", async (statement) => {
    const { url, schema } = freshSchema();
    const admin = sqlClient();
    await admin`create schema ${admin(schema)}`;
    await admin.unsafe(statement.replace('SCHEMA', `"${schema}"`));
    const taken = statement.includes('migration')
      ? { ...first, text: 'create table "$schema".migration ()' }
      : first;
    await expect(migrateTo({ url, schema }, [taken])).rejects.toMatchObject({
      name: 'PostgresSchemaError',
      message: expect.stringContaining("holds what is not Lease's") as string,
    });
  });

  it('refuses a database that is not UTF-8', async () => {
    const admin = sqlClient(postgres.url);
    await admin`create database latin encoding 'LATIN1' template template0`;
    const url = postgres.url.replace(/postgres$/, 'latin');
    await expect(migrateTo({ url }, [first])).rejects.toMatchObject({
      name: 'PostgresSchemaError',
      message: expect.stringContaining('LATIN1') as string,
    });
  });

  it('works behind a pooler', async () => {
    const { url } = await startFakePooler(postgres.port, 'refused');
    await Promise.all([1, 2, 3].map(() => migrateTo({ url }, [first, second])));
    expect(await recorded('lease', postgres.url)).toEqual(['1 first true', '2 second false']);
  });

  it('says it when nobody is there', async () => {
    await expect(migrateTo({ url: 'postgres://me@127.0.0.1:1/x' }, [first])).rejects.toMatchObject({
      name: 'StoreUnavailableError',
      message: 'PostgreSQL at 127.0.0.1:1/x: connect ECONNREFUSED 127.0.0.1:1',
    });
  });
});
