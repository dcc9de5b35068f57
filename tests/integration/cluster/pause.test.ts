import { CleanupAdminClient } from '@lease/client';
import { expect, it } from 'vitest';
import { leaseServer } from '../../e2e/execute.js';
import {
  aLease,
  eventually,
  expectCollectedOnce,
  figures,
  httpCleanup,
  operations,
  RawClient,
  startMock,
  startServer,
  throughout,
} from '../../helpers/index.js';
import { freshSchema } from '../../helpers/postgres/index.js';

const FLAGS = ['--grace', '200ms', '--min-ttl', '200ms'];

it(
  'S14: a pause at one replica stops expiry and collection at all of them, and is seen at each',
  { timeout: 60_000 },
  async () => {
    await using mock = await startMock();
    const database = freshSchema();
    const replica = () => startServer({ storage: 'postgres', database, flags: FLAGS });
    await using one = await replica();
    await using two = await replica();
    using client = new RawClient(two.grpc);

    const pause = await leaseServer(['cleanups', 'pause', '--for', '10m', '--note', 'moving house'], {
      LEASE_ADDRESS: one.grpc,
    });
    expect([pause.code, pause.stderr]).toEqual([0, '']);

    const released = aLease({ cleanup: httpCleanup(mock) });
    const lapsing = aLease({ ttlMs: 200, cleanup: httpCleanup(mock) });
    for (const lease of [released, lapsing]) await client.call('CreateLease', lease);
    await client.call('ReleaseLease', released);
    await throughout(
      2_000,
      async () => {
        expect(await mock.calls()).toEqual([]);
        expect((await client.call('GetLease', lapsing)).lease.state).toBe('LEASE_STATE_ACTIVE');
      },
      100,
    );
    for (const server of [one, two]) {
      expect(JSON.parse((await operations(server, '/readyz')).text)).toMatchObject({
        ...{ ready: true, collecting: true, pauses: [{ reason: 'OPERATOR', note: 'moving house' }] },
      });
      expect((await operations(server, '/metrics')).text).toContain(
        '\nlease_pause_active{reason="operator"} 1\n',
      );
      await eventually(() => expect(server.child.output).toContain('"note":"moving house"'));
    }

    const admin = new CleanupAdminClient({ addresses: [two.grpc, one.grpc] });
    expect((await admin.resume()).pauses).toEqual([]);
    admin.close();
    for (const lease of [released, lapsing]) await expectCollectedOnce(mock, lease.object);
    for (const server of [one, two]) {
      expect((await figures(server)).get('lease_cleanups_open')).toBe(0);
      await eventually(() => expect(server.child.output).toContain('the pause is over'));
    }
  },
);
