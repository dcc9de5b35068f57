import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { LeaseClient } from '@lease/client';
import { migrationRounds } from '../../cluster/migration-rounds.js';
import { executable } from '../../helpers/executable.js';
import {
  aLease,
  anObject,
  eventually,
  expectCollectedOnce,
  expectNotCollected,
  httpCleanup,
  RawClient,
  startChild,
  startMock,
  startServer,
} from '../../helpers/index.js';
import { freshSchema, sqlClient, startPostgres } from '../../helpers/postgres/index.js';

const main = executable(import.meta.resolve('@lease/server/package.json'));

/** What anybody on the machine can see of a process. */
function commandLine(pid = 0): string {
  if (process.platform === 'linux') return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  return execFileSync('ps', ['-o', 'command=', '-p', `${pid}`], { encoding: 'utf8' });
}

const FREE_PORTS = ['--grpc-listen', '127.0.0.1:0', '--http-listen', '127.0.0.1:0'];

describe.concurrent('a replica that starts', () => {
  it('F16: migrates an empty database together with two others', { timeout: 120_000 }, async () => {
    const report = await migrationRounds({ rounds: 5, postgres: await startPostgres() });
    expect(report).toMatchObject({ violations: [], succeeded: 15, schemas: 1 });
  });

  it('F16: ends with 76 if a newer version has made the schema, and says what to do', async () => {
    const { url, schema } = freshSchema();
    const env = { LEASE_DATABASE_URL: url, LEASE_DATABASE_SCHEMA: schema };
    const migrated = startChild({ name: 'migrate', args: [main, 'migrate'], env });
    expect(await migrated.exit, migrated.output).toEqual({ code: 0, signal: null });
    const sql = sqlClient(url, { max: 1 });
    await sql`insert into ${sql(schema)}.migration (version, name, breaking) values (9999, 'from-the-future', true)`;
    for (const args of [['serve', '--storage', 'postgres', ...FREE_PORTS], ['migrate']]) {
      const old = startChild({ name: args[0] ?? '', args: [main, ...args], env });
      expect(await old.exit, old.output).toEqual({ code: 76, signal: null });
      expect(old.output).toContain('was upgraded by a newer version of Lease');
    }
  });

  it('L1: neither ends leases nor collects when it is told to hold its cleanups', async () => {
    await using mock = await startMock();
    const database = freshSchema();
    const flags = ['--grace', '100ms'];
    await using idle = await startServer({
      storage: 'postgres',
      database,
      flags: [...flags, '--hold-cleanups'],
    });
    using client = new RawClient(idle.grpc);
    const lease = aLease({ object: anObject(), ttlMs: 1_000, cleanup: httpCleanup(mock) });
    await client.call('CreateLease', lease);
    await expectNotCollected(mock, lease.object, 2_000);
    expect((await client.call('GetLease', lease)).lease.state).toBe('LEASE_STATE_ACTIVE');
    await using busy = await startServer({ storage: 'postgres', database, flags });
    await expectCollectedOnce(mock, lease.object);
    await busy.stop();
  });
});

describe.concurrent('the password of the database', () => {
  const PASSWORD = 'correct-horse-battery';
  const hba = ['host all keeper 127.0.0.1/32 scram-sha-256'];

  it(
    'shows nowhere: not in a log, in an answer, or to who lists the processes',
    { timeout: 120_000 },
    async () => {
      await using postgres = await startPostgres({ durable: true, hba });
      const sql = sqlClient(postgres.url, { max: 1 });
      await sql.unsafe(`create role keeper login password '${PASSWORD}'`);
      await sql`create database kept owner keeper`;
      const url = `postgres://keeper:${PASSWORD}@127.0.0.1:${postgres.port}/kept`;
      const serve = (database: string) =>
        startChild({
          name: 'lease-server',
          args: [main, 'serve', '--storage', 'postgres', ...FREE_PORTS],
          env: { LEASE_DATABASE_URL: database },
        });

      const server = serve(url);
      const { grpc, http } = await server.ready();
      const client = new LeaseClient({ address: String(grpc), serviceId: 'tests' });
      await client.create({ object: anObject() });
      await postgres.stop('immediate');
      const answers = [String(await client.stats({ timeoutMs: 1_000 }).catch((error: unknown) => error))];
      for (const path of ['metrics', 'readyz']) {
        answers.push(await (await fetch(`http://${String(http)}/${path}`)).text());
      }
      await eventually(() => expect(server.output).toContain('PostgreSQL'));
      answers.push(commandLine(server.pid));
      await postgres.start();
      await eventually(async () => {
        await client.stats();
      });
      client.close();
      await server.kill('SIGTERM');

      const wrong = serve(url.replace(PASSWORD, `${PASSWORD}-not`));
      expect(await wrong.exit, wrong.output).toEqual({ code: 69, signal: null });
      expect([server.output, wrong.output, ...answers].join('\n')).not.toContain(PASSWORD);
    },
  );
});
