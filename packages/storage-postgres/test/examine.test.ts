import { beforeAll, describe, expect, it } from 'vitest';
import { ManualClock } from '@lease/core/testing';
import {
  freshSchema,
  sqlClient,
  startPostgres,
  type RunningPostgres,
} from '../../../tests/helpers/postgres/index.js';
import { unusedPort } from '../../../tests/helpers/unused-port.js';
import { examine } from '../src/migrate/examine.js';
import { shippedMigrations } from '../src/migrate/migration-files.js';
import { migrate, migrateTo } from '../src/migrate/migrate.js';

/** For roles, databases and settings that others would notice. */
let postgres: RunningPostgres;
beforeAll(async () => {
  postgres = await startPostgres();
});

const as = (role: string, schema: string) => ({ url: postgres.urlOf(role), schema });

describe('examine', () => {
  it('tells what is lacking, and makes nothing', async () => {
    const options = freshSchema();
    const before = await examine(options);
    expect(before.pending).toBe(shippedMigrations().length);
    expect(before.serverVersion).toMatch(/^\d+\.\d+/);
    const admin = sqlClient();
    expect(await admin`select to_regnamespace(${options.schema}) as schema`).toMatchObject([
      { schema: null },
    ]);

    await migrateTo(options, shippedMigrations().slice(0, 3));
    expect(await examine(options)).toMatchObject({ pending: shippedMigrations().length - 3 });
    await migrate(options);
    expect(await examine(options)).toMatchObject({ pending: 0 });
  });

  it('tells how far the clocks are apart', async () => {
    const options = freshSchema();
    const { clockOffsetMs, roundTripMs } = await examine(options);
    expect(Math.abs(clockOffsetMs)).toBeLessThan(1_000 + roundTripMs);
    // A process whose clock stands a day behind that of the database.
    const behind = new ManualClock(Date.now() - 86_400_000);
    expect((await examine({ ...options, clock: behind })).clockOffsetMs / 86_400_000).toBeCloseTo(1, 3);
  });

  it.each([
    [
      'cannot make the schema',
      'stranger',
      'nowhere',
      /lacks the right to make schema nowhere: .*create schema "nowhere" authorization "stranger"/,
    ],
    [
      'cannot use it',
      'stranger',
      'closed',
      /lacks the right to use schema closed: grant usage on schema "closed" to "stranger"/,
    ],
    [
      'cannot make tables in it',
      'reader',
      'closed',
      /lacks the right to make tables in schema closed: grant create on schema "closed" to "reader"/,
    ],
  ])('a role that %s is told what to grant', async (_, role, schema, message) => {
    const admin = sqlClient(postgres.url);
    await admin.unsafe(`
      do $$ begin
        create role stranger login; create role reader login;
        create schema closed; grant usage on schema closed to reader;
      exception when duplicate_object then null; end $$`);
    await expect(examine(as(role, schema))).rejects.toMatchObject({
      name: 'PostgresSchemaError',
      message: expect.stringMatching(message) as string,
    });
  });

  it('needs no right to create where nothing is lacking', async () => {
    const admin = sqlClient(postgres.url);
    await migrate({ url: postgres.url, schema: 'complete' });
    await admin.unsafe('create role user1 login; grant usage on schema complete to user1');
    await admin.unsafe('grant select on complete.migration to user1');
    expect(await examine(as('user1', 'complete'))).toMatchObject({ pending: 0 });
  });

  it('refuses a schema that a newer version broke, and one of another application', async () => {
    const options = freshSchema();
    const newer = { version: 9_999, name: 'newer', breaking: true, text: '' };
    await migrateTo(options, [...shippedMigrations(), newer]);
    await expect(examine(options)).rejects.toThrow(/upgraded by a newer version of Lease/);
    const other = freshSchema();
    await migrateTo(other, [{ version: 1, name: 'theirs', breaking: true, text: '' }]);
    await expect(examine(other)).rejects.toThrow(/belongs to another application/);
  });

  it('says when the server is not there', async () => {
    const url = `postgres://postgres@127.0.0.1:${await unusedPort()}/postgres`;
    await expect(examine({ url, callTimeoutMs: 2_000 })).rejects.toMatchObject({
      name: 'StoreUnavailableError',
      message: expect.stringContaining('ECONNREFUSED') as string,
    });
  });
});
