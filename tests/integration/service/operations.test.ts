import { describe, expect, it } from 'vitest';
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
} from '../../helpers/index.js';

describe.each(['memory', 'sqlite'] as const)('the operations endpoints of a %s server', (storage) => {
  it('/healthz and /readyz say that it is there and ready', async () => {
    await using server = await startServer({ storage });
    for (const path of ['/healthz', '/readyz', '/readyz?verbose']) {
      const { status, type } = await operations(server, path);
      expect([status, type]).toEqual([200, 'application/json']);
    }
    expect(JSON.parse((await operations(server, '/readyz')).text)).toMatchObject({ ready: true, pauses: [] });
    expect((await operations(server, '/nothing')).status).toBe(404);
    expect((await operations(server, '/__proto__')).status).toBe(404);
    expect((await fetch(`${server.http}/healthz`, { method: 'POST' })).status).toBe(405);
    expect(await (await fetch(`${server.http}/healthz`, { method: 'HEAD' })).text()).toBe('');
  });

  it('S16: /metrics tells what GetStats tells, and what was refused', async () => {
    await using mock = await startMock();
    await using server = await startServer({ storage });
    using client = new RawClient(server.grpc);
    const collected = aLease({ cleanup: httpCleanup(mock) });
    for (const request of [collected, aLease(), aLease()]) await client.call('CreateLease', request);
    await client.call('RenewLease', collected);
    await client.call('ReleaseLease', collected);
    await expectCollectedOnce(mock, collected.object, { settleMs: 0 });
    for (let i = 0; i < 3; i += 1) await client.call('GetLease', {}).catch(() => undefined);

    const told = await eventually(async () => {
      const now = await figures(server);
      expect(now.get('lease_cleanups_open')).toBe(0);
      return now;
    });
    const { stats } = await client.call('GetStats', {});
    for (const [name, value] of [
      ['lease_store_up', 1],
      ['lease_leases_created_total', stats.leases.created],
      ['lease_leases_active', stats.leases.active],
      ['lease_leases_ended_total', stats.leases.released + stats.leases.expired],
      ['lease_renewals_total', stats.leases.renewals],
      ['lease_cleanups_ended_total', stats.cleanups.ended],
      ['lease_cleanups_finished_total', stats.cleanups.collected],
      ['lease_attempts_total', stats.attempts.done],
      ['lease_objects_held', stats.held_objects],
      ['lease_refusals_total', 3],
    ] as const)
      expect(told.get(name), name).toBe(value);
    expect(stats.leases).toMatchObject({ created: 3, active: 2, released: 1, renewals: 1 });
    const { type, text } = await operations(server, '/metrics');
    expect(type).toContain('text/plain');
    // No label may grow with the leases.
    expect(text).not.toContain(collected.object.id);
    expect(text).not.toContain('service_id');
  });
});

it('S11: a sqlite server commits once for many calls that come together', async () => {
  await using server = await startServer({ flags: ['--hold-cleanups'] });
  using client = new RawClient(server.grpc);
  const tally = async () => {
    const told = await figures(server);
    return ['lease_sqlite_commits_total', 'lease_sqlite_committed_calls_total'].map(
      (name) => told.get(name) ?? NaN,
    );
  };
  const during = async (work: () => Promise<unknown>) => {
    const before = await tally();
    await work();
    return (await tally()).map((count, i) => count - (before[i] ?? NaN));
  };
  const create = () => client.call('CreateLease', aLease());

  const oneByOne = await during(async () => {
    for (let i = 0; i < 50; i += 1) await create();
  });
  expect(oneByOne).toEqual([50, 50]);

  const [commits, calls] = await during(() => Promise.all(Array.from({ length: 1_000 }, create)));
  expect(calls).toBe(1_000);
  expect(commits).toBeLessThanOrEqual(250);

  // A batch is written in slices, between which others have their turn.
  const requests = Array.from({ length: 1_000 }, () => aLease());
  const [slices] = await during(() => client.call('BatchCreateLeases', { requests }));
  expect(slices).toBeLessThanOrEqual(50);
});
