import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  aLease,
  duration,
  eventually,
  httpCleanup,
  operations,
  quickRetry,
  RawClient,
  type RawLease,
  startMock,
  startServer,
  STORAGES,
} from '../../helpers/index.js';

const PATIENCE = { timeout: 120_000 };

const TYPES = ['blob', 'custom', 'database-row', 'invented-by-a-service', 'another-one'];

/** A generator that is the same in every run. */
function drawing(seed: number) {
  let state = seed;
  return (below: number) => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.floor((state / 2 ** 31) * below);
  };
}

/** Samples of a scrape by name and labels. */
async function scrape(server: { readonly http: string }): Promise<ReadonlyMap<string, number>> {
  const lines = (await (await fetch(`${server.http}/metrics`)).text()).split('\n');
  const samples = lines.filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    samples.map((line) => [
      line.slice(0, line.lastIndexOf(' ')),
      Number(line.slice(line.lastIndexOf(' ') + 1)),
    ]),
  );
}

describe.each(STORAGES)('the figures of a %s server', (storage) => {
  it('S16: equal a recount after a random run', PATIENCE, async () => {
    await using mock = await startMock({ script: 'type custom: 400\nok' });
    await using server = await startServer({ storage, flags: ['--grace', '0ms'] });
    using client = new RawClient(server.grpc);
    const draw = drawing(7);
    const held: ReturnType<typeof aLease>[] = [];
    for (let step = 0; step < 300; step += 1) {
      const verb = draw(10);
      const some = held.length > 0 ? held[draw(held.length)] : undefined;
      if (verb < 5 || some === undefined) {
        const lease = aLease({
          object: { type: TYPES[draw(TYPES.length)] ?? '', id: randomUUID() },
          service_id: `service-${draw(4)}`,
          ...(draw(3) === 0 && { ttlMs: 1_000 }),
          ...(draw(2) === 0 && { cleanup: httpCleanup(mock, { retry: quickRetry }) }),
        });
        await client.call('CreateLease', lease);
        held.push(lease);
      } else if (verb < 7) {
        await client.call('RenewLease', { ...some, ttl: duration(60_000) }).catch(() => undefined);
      } else {
        await client.call('ReleaseLease', some).catch(() => undefined);
      }
    }

    // At rest: what was short has expired, what was due is collected or given up.
    const told = await eventually(
      async () => {
        const brief = (await leasesIn(client, 'ACTIVE')).filter(({ ttl }) => ttl.seconds === 1);
        expect(brief.filter(({ renewal_count }) => renewal_count === 0)).toEqual([]);
        // Only then: what ends after a scrape is not in it.
        const now = await scrape(server);
        expect(now.get('lease_cleanups_open')).toBe(0);
        return now;
      },
      { deadlineMs: 60_000, everyMs: 200 },
    );
    const [active, released, expired] = await Promise.all([
      leasesIn(client, 'ACTIVE'),
      leasesIn(client, 'RELEASED'),
      leasesIn(client, 'EXPIRED'),
    ]);
    const all = [...active, ...released, ...expired];
    const ofType = (type: string) => active.filter(({ object }) => object.type === type).length;
    const calls = await mock.calls();
    const { stats } = await client.call('GetStats', {});
    const services = active.map(({ service_id }) => service_id);
    const largest = Math.max(...services.map((one) => services.filter((other) => other === one).length));
    expect(Object.fromEntries(told)).toMatchObject({
      lease_store_up: 1,
      lease_cleanups_due: 0,
      lease_cleanups_claimed: 0,
      lease_leases_created_total: all.length,
      lease_leases_active: active.length,
      'lease_leases_ended_total{state="released"}': released.length,
      'lease_leases_ended_total{state="expired"}': expired.length,
      lease_renewals_total: all.reduce((sum, lease) => sum + lease.renewal_count, 0),
      lease_objects_held: new Set(active.map(({ object }) => `${object.type}/${object.id}`)).size,
      'lease_leases_active_by_type{type="blob"}': ofType('blob'),
      'lease_leases_active_by_type{type="custom"}': ofType('custom'),
      'lease_leases_active_by_type{type="database-row"}': ofType('database-row'),
      'lease_leases_active_by_type{type="cache-entry"}': 0,
      'lease_leases_active_by_type{type="other"}': ofType('invented-by-a-service') + ofType('another-one'),
      lease_service_leases_max: largest,
      lease_quota_used_ratio: largest / 10_000,
      'lease_attempts_total{outcome="done"}': calls.filter(({ answer }) => answer === '200').length,
      'lease_attempts_total{outcome="failed"}': calls.filter(({ answer }) => answer === '400').length,
      'lease_cleanups_finished_total{state="collected"}': calls.filter(({ answer }) => answer === '200')
        .length,
      lease_cleanups_abandoned: calls.filter(({ answer }) => answer === '400').length,
      lease_cleanups_ended_total: stats.cleanups.ended,
      lease_attempts_claimed_total: calls.length,
      'lease_grpc_requests_total{method="lease.v1.LeaseService/CreateLease",code="OK"}': all.length,
    });
    expect(all.length).toBeGreaterThan(100);
    for (const leases of [active, released, expired]) expect(leases.length).toBeGreaterThan(0);
  });
});

it('10,000 hostile service ids, types and metadata keys do not make them grow', PATIENCE, async () => {
  await using server = await startServer({ storage: 'memory' });
  using client = new RawClient(server.grpc);
  const lease = (i: number) =>
    aLease({
      service_id: `"}\\ lease_up{x="${i}`,
      object: { type: `type-${i}`, id: `${i}` },
      metadata: { [`key-${i}`]: 'x' },
    });
  for (let i = 0; i < 10_000; i += 500) {
    const requests = Array.from({ length: 500 }, (_, k) => lease(i + k));
    await client.call('BatchCreateLeases', { requests });
    await client.call('BatchRenewLeases', { requests });
    await client.call('CreateLease', { ...lease(i), lease_id: 'no id' }).catch(() => undefined);
  }
  const { text } = await operations(server, '/metrics');
  expect(text).toContain('\nlease_leases_active 10000\n');
  expect(text).toContain('\nlease_leases_active_by_type{type="other"} 10000\n');
  expect(Buffer.byteLength(text)).toBeLessThan(200 * 1_024);
  expect(text).not.toMatch(/type-\d|key-\d|lease_up/);
});

/** All leases in this state, over all pages. */
async function leasesIn(client: RawClient, state: string): Promise<readonly RawLease[]> {
  const leases: RawLease[] = [];
  let page_token = '';
  do {
    const page = await client.call('ListLeases', {
      state: `LEASE_STATE_${state}`,
      page_size: 1_000,
      page_token,
    });
    leases.push(...page.leases);
    page_token = page.next_page_token;
  } while (page_token !== '');
  return leases;
}
