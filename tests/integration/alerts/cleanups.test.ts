import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  aLease,
  eventually,
  httpCleanup,
  quickRetry,
  RawClient,
  type RunningMock,
  startMock,
  startServer,
} from '../../helpers/index.js';
import { figure, firing, logged, untilClear, untilFiring } from './alerts.js';

const PATIENCE = { timeout: 90_000 };

/** Leases with a cleanup at the mock, taken and let go. */
async function letGo(client: RawClient, mock: RunningMock, count: number) {
  const retry = { ...quickRetry, max_attempts: 15 };
  const leases = Array.from({ length: count }, () => aLease({ cleanup: httpCleanup(mock, { retry }) }));
  await client.call('BatchCreateLeases', { requests: leases });
  await client.call('BatchReleaseLeases', { requests: leases });
  return leases;
}

describe.concurrent('alerts about cleanups', () => {
  it(
    'an endpoint that refuses everything: cleanups fail, also in a row, and are abandoned; its return ends it',
    PATIENCE,
    async () => {
      // With an answer that no retry can mend: of a dead one the breaker would spare what waits.
      await using mock = await startMock({ script: '400' });
      await using server = await startServer({ storage: 'memory' });
      using client = new RawClient(server.grpc);
      const leases = await letGo(client, mock, 16);
      await untilFiring(server, 'LeaseCleanupsFailing');
      await untilFiring(server, 'LeaseCleanupsFailingInARow');
      const { value } = await untilFiring(server, 'LeaseCleanupsAbandoned');
      expect(value).toBeGreaterThan(0);
      await eventually(async () => expect(await figure(server, 'lease_cleanups_abandoned')).toBe(16), {
        deadlineMs: 30_000,
      });

      await mock.script('ok');
      // Taken again, the objects are revived: what was given up is withdrawn, and done anew.
      const revived = leases.map((lease) => ({ ...aLease(), object: lease.object }));
      await client.call('BatchCreateLeases', { requests: revived });
      await client.call('BatchReleaseLeases', { requests: revived });
      await letGo(client, mock, 60);
      await untilClear(server, 'LeaseCleanupsAbandoned');
      await untilClear(server, 'LeaseCleanupsFailingInARow');
      await untilClear(server, 'LeaseCleanupsFailing', 40_000);
      for (const name of ['LeaseCleanupsFailing', 'LeaseCleanupsFailingInARow', 'LeaseCleanupsAbandoned'])
        expect(logged(server, name), name).toEqual(['firing', 'resolved']);
    },
  );

  it('it comes back within the cooldown: shown, and no second notice', PATIENCE, async () => {
    await using mock = await startMock({ script: '400' });
    await using server = await startServer({ storage: 'memory' });
    using client = new RawClient(server.grpc);
    for (let round = 0; round < 2; round += 1) {
      const [lease = aLease()] = await letGo(client, mock, 1);
      await untilFiring(server, 'LeaseCleanupsAbandoned');
      await client.call('CreateLease', { ...aLease(), object: lease.object });
      await untilClear(server, 'LeaseCleanupsAbandoned');
    }
    expect(logged(server, 'LeaseCleanupsAbandoned')).toEqual(['firing', 'resolved']);
  });

  it('nobody collects: what is due waits for too long', PATIENCE, async () => {
    await using mock = await startMock();
    const flags = ['--hold-cleanups', '--alert-oldest-due', '2s'];
    await using server = await startServer({ flags });
    using client = new RawClient(server.grpc);
    const [lease] = await letGo(client, mock, 1);
    const { value, limit } = await untilFiring(server, 'LeaseCollectionLagging');
    expect(limit).toBe(2);
    expect(value).toBeGreaterThan(2);
    await client.call('CreateLease', { ...aLease(), object: lease?.object });
    await untilClear(server, 'LeaseCollectionLagging');
  });

  it('a quota that is nearly used', PATIENCE, async () => {
    await using server = await startServer({ flags: ['--max-leases-per-service', '20'] });
    using client = new RawClient(server.grpc);
    const leases = Array.from({ length: 19 }, () => aLease());
    await client.call('BatchCreateLeases', { requests: leases.slice(1) });
    await client.call('CreateLease', { ...aLease(), service_id: randomUUID() });
    await eventually(async () => expect(await figure(server, 'lease_quota_used_ratio')).toBe(0.9));
    expect(await firing(server)).not.toContain('LeaseQuotaNearlyUsed');
    await client.call('CreateLease', leases[0] ?? {});
    expect(await untilFiring(server, 'LeaseQuotaNearlyUsed')).toMatchObject({ value: 0.95, limit: 0.9 });
    await client.call('BatchReleaseLeases', { requests: leases.slice(0, 3) });
    await untilClear(server, 'LeaseQuotaNearlyUsed');
  });
});
