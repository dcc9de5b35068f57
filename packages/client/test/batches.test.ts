import type * as wire from '@lease/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LeaseClient, LeaseError } from '../src/index.js';
import { refusedAs, ScriptedServer } from './support/scripted-server.js';

const custom = (id: string) => ({ object: { type: 'custom', id } });

let server: ScriptedServer;
let client: LeaseClient;

beforeEach(async () => {
  server = await ScriptedServer.start();
  client = new LeaseClient({ address: server.address, serviceId: 'tests' });
});

afterEach(() => {
  client.close();
  server.kill();
});

const sizes = (rpc: 'batchCreateLeases' | 'batchRenewLeases' | 'batchReleaseLeases') =>
  server.requests<{ requests: unknown[] }>(rpc).map(({ requests }) => requests.length);

describe('a batch', () => {
  it('answers each element in its place, and none for its neighbours', async () => {
    const results = await client.createMany([
      custom('a'),
      custom('refused'),
      { ...custom('b'), ttlMs: 1.5 },
      custom('c'),
    ]);
    expect(results.map(({ ok }) => ok)).toEqual([true, false, false, true]);
    const [a, refused, unfit, c] = results;
    expect(a).toMatchObject({ ok: true, replayed: false, lease: { object: { id: 'a' } } });
    expect(c).toMatchObject({ ok: true, lease: { object: { id: 'c' } } });
    expect(refused).toMatchObject({ error: { reason: 'CLEANUP_OWNED', code: 'FAILED_PRECONDITION' } });
    expect(unfit).toMatchObject({ error: { reason: 'INVALID_REQUEST', violations: [{ field: 'ttl' }] } });
    for (const each of [refused, unfit]) {
      expect(each?.ok === false && each.error).toBeInstanceOf(LeaseError);
    }
    expect(sizes('batchCreateLeases')).toEqual([3]);
  });

  it('renews and releases', async () => {
    const created = await client.createMany([custom('a'), custom('b')]);
    const ids = created.map((each) => (each.ok ? each.lease.leaseId : ''));
    const renewed = await client.renewMany([...ids, 'nobody'].map((leaseId) => ({ leaseId })));
    expect(renewed).toMatchObject([
      { ok: true, lease: { renewalCount: 1 } },
      { ok: true, lease: { renewalCount: 1 } },
      { ok: false, error: { reason: 'LEASE_NOT_FOUND', code: 'NOT_FOUND' } },
    ]);
    const released = await client.releaseMany(ids.map((leaseId) => ({ leaseId, disposition: 'KEEP' })));
    expect(released).toMatchObject([
      { ok: true, lease: { state: 'RELEASED', disposition: 'KEEP' } },
      { ok: true, lease: { state: 'RELEASED' } },
    ]);
  });

  it('of nothing asks nothing', async () => {
    await expect(client.createMany([])).resolves.toEqual([]);
    expect(server.calls).toHaveLength(0);
  });

  it('of more than 1,000 goes in several calls', async () => {
    const results = await client.createMany(Array.from({ length: 2_001 }, (_, i) => custom(`${i}`)));
    expect(sizes('batchCreateLeases')).toEqual([1_000, 1_000, 1]);
    expect(results.map((each) => each.ok && each.lease.object.id)).toEqual(
      Array.from({ length: 2_001 }, (_, i) => `${i}`),
    );
  });

  it('of more than a message holds goes in several calls', async () => {
    const payload = 'x'.repeat(16_000);
    const requests = Array.from({ length: 600 }, (_, i) => ({
      ...custom(`${i}`),
      cleanup: { http: { url: 'http://x' }, payload },
    }));
    const results = await client.createMany(requests);
    expect(results.every(({ ok }) => ok)).toBe(true);
    expect(sizes('batchCreateLeases').length).toBeGreaterThan(2);
    expect(server.leases.size).toBe(600);
  });

  it('that is not answered takes along what is behind it, and leaves what is before it', async () => {
    server.before = (_rpc, { requests: [first] }: wire.BatchCreateLeasesRequest) => {
      if (first?.object?.id === '1000') throw refusedAs('OVERLOADED', { retryAfterMs: 10 });
    };
    const results = await client.createMany(Array.from({ length: 2_500 }, (_, i) => custom(`${i}`)));
    expect(results).toHaveLength(2_500);
    expect(results.slice(0, 1_000).every(({ ok }) => ok)).toBe(true);
    for (const each of results.slice(1_000)) {
      expect(!each.ok && each.error.reason).toBe('OVERLOADED');
    }
    expect(sizes('batchCreateLeases'), 'the third is not sent').toEqual([1_000, 1_000]);
  });

  it('S12: repeats the same ids when an answer is lost', async () => {
    let lost = 0;
    server.after = () => {
      if ((lost += 1) === 1) throw refusedAs('STORE_UNAVAILABLE');
    };
    const results = await client.createMany([custom('a'), custom('b')]);
    expect(results).toMatchObject([
      { ok: true, replayed: true },
      { ok: true, replayed: true },
    ]);
    expect(server.leases.size).toBe(2);
  });
});
