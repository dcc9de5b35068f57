import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { migrate } from '@lease/storage-postgres';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import {
  aLease,
  eventually,
  RawClient,
  startChild,
  startServer,
  STORAGES,
  temporaryDirectory,
  unusedPort,
} from '../../helpers/index.js';
import { executable } from '../../helpers/executable.js';
import { freshSchema, type RunningPostgres, sqlClient, startPostgres } from '../../helpers/postgres/index.js';

const main = executable(import.meta.resolve('@lease/server/package.json'));
const FREE = ['--grpc-listen', '127.0.0.1:0', '--http-listen', '127.0.0.1:0'];
const PHASES = ['configuration', 'dependencies', 'migrations', 'recovery', 'listeners', 'ready'];

type Line = Readonly<Record<string, unknown>>;

/** The lines of JSON that a server wrote. */
function linesOf(output: string): readonly Line[] {
  return output
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Line);
}

const phasesOf = (output: string) => linesOf(output).filter(({ msg }) => msg === 'start-up phase');

const serve = (...flags: readonly string[]) =>
  startChild({ name: 'lease-server', args: [main, 'serve', ...FREE, ...flags] });

/** Expects that a start ends with this code, in this phase, having told of each phase before it. */
async function expectFailure(
  child: ReturnType<typeof serve>,
  { code, phase, message }: { readonly code: number; readonly phase: string; readonly message: RegExp },
): Promise<void> {
  expect(await child.exit, child.output).toEqual({ code, signal: null });
  const told = phasesOf(child.output);
  expect(told.map((line) => line['phase'])).toEqual(PHASES.slice(0, PHASES.indexOf(phase) + 1));
  expect(told.at(-1)).toMatchObject({ phase, outcome: 'failed' });
  expect(linesOf(child.output).at(-1)).toMatchObject({
    level: 60,
    phase,
    msg: expect.stringMatching(message) as string,
  });
  expect(child.output).not.toContain('"msg":"ready"');
}

/** A port that somebody else has. */
async function takenPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

describe.each(STORAGES)('a server on %s', (storage) => {
  it('goes through its phases in order, and says how long each took', async () => {
    await using server = await startServer({ storage });
    const told = phasesOf(server.child.output);
    expect(told.map(({ phase }) => phase)).toEqual(PHASES);
    for (const line of told) {
      expect(line).toMatchObject({ outcome: 'done', durationMs: expect.any(Number) as number });
    }
    await server.stop();
  });

  it('S11: starts, stops and starts again, and is the same', async () => {
    await using server = await startServer({ storage });
    const created: string[] = [];
    for (let cycle = 1; cycle <= 4; cycle += 1) {
      using client = new RawClient(server.grpc);
      if (storage !== 'memory') {
        for (const lease_id of created) await client.call('GetLease', { lease_id });
        const { stats } = await client.call('GetStats', {});
        expect(stats.leases).toMatchObject({ created: created.length, active: created.length });
      }
      const lease = aLease();
      await client.call('CreateLease', lease);
      created.push(lease.lease_id);
      await server.stop();
      const stopped = linesOf(server.child.output).at(-1);
      expect(stopped, 'the statistics of the shutdown').toMatchObject({ msg: 'stopped', clean: true });
      const components = stopped?.['components'] as { name: string; outcome: string }[];
      const names = components.map(({ name }) => name);
      expect(names.slice(0, -2)).toEqual([
        ...['readiness', 'calls', 'collector', 'http executor', 'grpc executor', 'grpc sockets'],
        'http pages',
      ]);
      expect(new Set(names.slice(-2)), 'together, so in any order').toEqual(new Set(['metrics', 'store']));
      expect(new Set(components.map(({ outcome }) => outcome))).toEqual(new Set(['stopped']));
      await server.restart();
    }
    await server.stop();
  });
});

describe('a start that fails', () => {
  let postgres: RunningPostgres;
  beforeAll(async () => {
    postgres = await startPostgres();
  });
  const onPostgres = (schema: string, ...flags: readonly string[]) =>
    serve('--storage', 'postgres', '--database-url', postgres.url, '--database-schema', schema, ...flags);

  it('for want of a port has opened nothing', async () => {
    const port = await takenPort();
    const dataDir = join(temporaryDirectory(), 'data');
    for (const flag of ['--grpc-listen', '--http-listen']) {
      await expectFailure(serve('--data-dir', dataDir, flag, `127.0.0.1:${port}`), {
        ...{ code: 69, phase: 'dependencies' },
        message: new RegExp(
          `cannot listen on 127.0.0.1:${port}: another process listens there \\(${flag}\\)`,
        ),
      });
    }
    await using server = await startServer({ dataDir });
    await server.stop();
  });

  it('for want of a data directory says which', async () => {
    const path = join(temporaryDirectory(), 'file');
    writeFileSync(path, '');
    await expectFailure(serve('--data-dir', path), {
      ...{ code: 69, phase: 'dependencies', message: /the data directory .* cannot be made/ },
    });
  });

  it('for want of a database says where it looked', async () => {
    const url = `postgres://postgres@127.0.0.1:${await unusedPort()}/lease`;
    await expectFailure(serve('--storage', 'postgres', '--database-url', url), {
      ...{ code: 69, phase: 'dependencies', message: /PostgreSQL at 127\.0\.0\.1:\d+.*ECONNREFUSED/ },
    });
  });

  it('for want of a right says what to grant', async () => {
    const admin = sqlClient(postgres.url);
    await admin`create role newcomer login`;
    const url = postgres.urlOf('newcomer');
    await expectFailure(serve('--storage', 'postgres', '--database-url', url), {
      ...{ code: 76, phase: 'dependencies' },
      message:
        /role newcomer .* lacks the right to make schema lease: .*create schema "lease" authorization "newcomer"/,
    });
  });

  it('on a file that another server has, in the migrations', async () => {
    await using first = await startServer();
    await expectFailure(serve('--data-dir', first.dataDir ?? ''), {
      ...{ code: 75, phase: 'migrations', message: /in use by another process/ },
    });
  });

  it('on a schema that is not ours, in the migrations', async () => {
    const admin = sqlClient(postgres.url);
    await admin`create schema theirs`;
    await admin`create table theirs.lease ()`;
    await expectFailure(onPostgres('theirs'), {
      ...{
        code: 76,
        phase: 'migrations',
        message: /schema theirs .* holds what is not Lease's.*choose another/,
      },
    });
  });

  it('F19: on a store that can be opened but not read, in the recovery', async () => {
    await migrate({ url: postgres.url, schema: 'locked' });
    const holder = await sqlClient(postgres.url).reserve();
    await holder`begin`;
    await holder`lock table locked.control in access exclusive mode`;
    await expectFailure(onPostgres('locked'), {
      ...{ code: 74, phase: 'recovery', message: /PostgreSQL at / },
    });
    await holder`rollback`;
    holder.release();
  });

  it('when a port is taken behind its back, in the listeners, and lets the database go', async () => {
    await migrate({ url: postgres.url, schema: 'slow' });
    const port = await unusedPort();
    const sql = sqlClient(postgres.url);
    const holder = await sql.reserve();
    await holder`begin`;
    await holder`lock table slow.control in access exclusive mode`;
    const child = onPostgres('slow', '--grpc-listen', `127.0.0.1:${port}`);
    await eventually(() => expect(phasesOf(child.output).map(({ phase }) => phase)).toContain('migrations'));
    const squatter = createServer().listen(port, '127.0.0.1');
    await once(squatter, 'listening');
    await holder`rollback`;
    holder.release();
    await expectFailure(child, {
      ...{ code: 71, phase: 'listeners', message: /cannot serve gRPC on 127\.0\.0\.1:\d+/ },
    });
    squatter.close();
    expect(linesOf(child.output), 'what was opened is closed').not.toContainEqual(
      expect.objectContaining({ msg: 'component did not end by itself' }),
    );
    await using server = await startServer({
      ...{ storage: 'postgres', database: { url: postgres.url, schema: 'slow' } },
    });
    await server.stop();
  });

  it('has no standby for its database', async () => {
    const standby = await startPostgres();
    await standby.stop();
    writeFileSync(join(standby.directory, 'data', 'standby.signal'), '');
    await standby.start();
    const { schema } = freshSchema();
    const flags = ['--storage', 'postgres', '--database-url', standby.url, '--database-schema', schema];
    await expectFailure(serve(...flags), {
      ...{ code: 76, phase: 'dependencies', message: /is a standby, which cannot be written/ },
    });
  });
});
