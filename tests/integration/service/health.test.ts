import { describe, expect, it } from 'vitest';
import { CleanupAdminClient } from '@lease/client';
import {
  aLease,
  eventually,
  expectAttempts,
  httpCleanup,
  operations,
  RawClient,
  startMock,
  startServer,
  throughout,
  type RunningServer,
} from '../../helpers/index.js';
import { HealthWatch } from '../../helpers/health.js';
import { freshSchema, sqlClient, startPostgres } from '../../helpers/postgres/index.js';

const SERVICES = ['', 'lease.v1.LeaseService', 'lease.v1.CleanupAdminService'];

interface Report {
  readonly ready: boolean;
  readonly serving: boolean;
  readonly reasons: readonly string[];
  readonly pauses: readonly { readonly reason: string }[];
}

async function readiness(server: RunningServer): Promise<Report> {
  const { status, text } = await operations(server, '/readyz');
  const report = JSON.parse(text) as Report;
  expect(status).toBe(report.ready ? 200 : 503);
  return report;
}

/** Resolves once the report is as wanted. */
const becomes = (server: RunningServer, wanted: object, deadlineMs: number) =>
  eventually(async () => expect(await readiness(server)).toMatchObject(wanted), { deadlineMs, everyMs: 50 });

const READY = { ready: true, serving: true, reasons: [] };

/** Of a machine that has more to do, on top of what is promised. */
const SLACK_MS = 1_500;

const watchAll = (server: RunningServer) => SERVICES.map((service) => new HealthWatch(server.grpc, service));

// They wait, most of the time.
describe.concurrent('health', { timeout: 60_000 }, () => {
  it('is told of each service by name, and to those who watch, until the server drains', async () => {
    await using mock = await startMock({ script: 'hang' });
    await using server = await startServer({ storage: 'memory' });
    const watches = watchAll(server);
    for (const watch of watches) {
      await eventually(() => expect(watch.seen).toEqual(['SERVING']));
      expect(await watch.check()).toBe('SERVING');
    }
    using stranger = new HealthWatch(server.grpc, 'lease.v1.Nothing');
    await expect(stranger.check()).rejects.toThrow('NOT_FOUND');

    // Something that keeps the server from ending at once.
    using client = new RawClient(server.grpc);
    const lease = aLease({ cleanup: httpCleanup(mock) });
    await client.call('CreateLease', lease);
    await client.call('ReleaseLease', lease);
    await expectAttempts(mock, lease.object, 1);
    const exit = server.kill('SIGTERM');
    for (const watch of watches) {
      await eventually(() => expect(watch.seen).toEqual(['SERVING', 'NOT_SERVING']));
      expect(await watch.check()).toBe('NOT_SERVING');
      watch[Symbol.dispose]();
    }
    expect(await readiness(server)).toMatchObject({
      ...{ ready: false, serving: false, reasons: ['shutting down'] },
    });
    await mock.child.kill('SIGKILL');
    expect(await exit).toEqual({ code: 0, signal: null });
  });

  it('is told where the service is', async () => {
    await using server = await startServer({
      ...{ storage: 'memory', flags: ['--admin-listen', '127.0.0.1:0'] },
    });
    const [, adminAddress = ''] = /"admin":"([^"]+)"/.exec(server.child.output) ?? [];
    for (const [address, there, elsewhere] of [
      [server.grpc, 'lease.v1.LeaseService', 'lease.v1.CleanupAdminService'],
      [adminAddress, 'lease.v1.CleanupAdminService', 'lease.v1.LeaseService'],
    ] as const) {
      using watch = new HealthWatch(address, there);
      expect(await watch.check()).toBe('SERVING');
      using nothing = new HealthWatch(address, elsewhere);
      await expect(nothing.check()).rejects.toThrow('NOT_FOUND');
    }
  });

  it('F4: ends within 5 s when the database hangs, at both places, and returns with it', async () => {
    await using postgres = await startPostgres();
    const { schema } = freshSchema();
    await using server = await startServer({ storage: 'postgres', database: { url: postgres.url, schema } });
    const watches = watchAll(server);
    for (const watch of watches) await eventually(() => expect(watch.seen).toEqual(['SERVING']));

    postgres.pause();
    await becomes(server, { ready: false, serving: false }, 5_000);
    expect((await readiness(server)).reasons).toContainEqual(expect.stringMatching(/^store: /));
    expect((await operations(server, '/healthz')).status).toBe(200);
    // Two looks of 2 s each, 1 s apart.
    for (const watch of watches) {
      await eventually(() => expect(watch.seen).toEqual(['SERVING', 'NOT_SERVING']), {
        deadlineMs: 6_000 + SLACK_MS,
      });
    }
    postgres.resume();
    await becomes(server, READY, 10_000);
    for (const watch of watches) {
      await eventually(() => expect(watch.seen).toEqual(['SERVING', 'NOT_SERVING', 'SERVING']));
      watch[Symbol.dispose]();
    }
    for (const line of ['health turns NOT_SERVING', 'health turns SERVING'])
      expect(server.child.output).toContain(line);
    await server.stop();
  });

  it('L1: a server whose sweeper makes no progress is not ready, says why, and answers calls', async () => {
    const database = freshSchema();
    await using server = await startServer({ storage: 'postgres', database });
    using watch = new HealthWatch(server.grpc, '');
    using client = new RawClient(server.grpc);
    await becomes(server, READY, 5_000);

    // From outside: every sweep finds that somebody else is at it.
    const holder = await sqlClient(database.url).reserve();
    await holder`begin`;
    await holder`select from ${holder(database.schema)}.control for update`;
    await becomes(server, { ready: false, serving: true }, 5_000 + SLACK_MS);
    expect((await readiness(server)).reasons).toEqual([
      expect.stringMatching(/^no replica has swept for \d+ s$/),
    ]);
    // Who can renew shall: its leases would be lost otherwise.
    const lease = aLease();
    await client.call('CreateLease', lease);
    await client.call('RenewLease', lease);
    await throughout(2_500, () => expect(watch.seen).toEqual(['SERVING']), 100);
    await holder`rollback`;
    holder.release();
    await becomes(server, READY, 5_000);
    await server.stop();
  });

  it('S14: a pause shows, and a server that is paused is ready', async () => {
    await using server = await startServer({ storage: 'sqlite' });
    using watch = new HealthWatch(server.grpc, '');
    const admin = new CleanupAdminClient({ address: server.grpc });
    await admin.pause({ forMs: 60_000, note: 'moving house' });
    const paused = { ...READY, pauses: [{ reason: 'OPERATOR', note: 'moving house' }] };
    // Longer than a sweeper may be silent.
    await throughout(4_500, async () => expect(await readiness(server)).toMatchObject(paused), 250);
    expect(watch.seen).toEqual(['SERVING']);
    await admin.resume();
    await becomes(server, { ...READY, pauses: [] }, 1_000);
    admin.close();
    await server.stop();
  });
});
