import type * as wire from '@lease/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LeaseClient, LeaseError } from '../src/index.js';
import { refusedAs, ScriptedServer } from './support/scripted-server.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const object = { type: 'custom', id: 'x' };

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

describe('a lease', () => {
  it('is created, renewed, read and released', async () => {
    const created = await client.create({ object, ttlMs: 1_500 });
    expect(created).toMatchObject({ replayed: false, revived: false, priorAttempts: 0 });
    const { lease } = created;
    expect(lease).toMatchObject({
      object,
      serviceId: 'tests',
      state: 'ACTIVE',
      ttlMs: 1_500,
      generation: 1_700_000_000_000_001,
      renewalCount: 0,
      hasCleanup: false,
    });
    expect(lease.leaseId).toMatch(UUID);
    expect(lease.expireTime.getTime() - lease.createTime.getTime()).toBe(1_500);
    expect(lease).not.toHaveProperty('endTime');
    expect(lease).not.toHaveProperty('disposition');

    const { leaseId } = lease;
    const renewed = await client.renew({ leaseId, ttlMs: 60_000 });
    expect(renewed.lease.renewalCount).toBe(1);
    expect(renewed.lease.expireTime.getTime() - renewed.serverTime.getTime()).toBe(60_000);
    expect(server.requests<wire.RenewLeaseRequest>('renewLease')).toEqual([
      { leaseId, serviceId: 'tests', ttl: { seconds: 60n, nanos: 0 } },
    ]);

    await client.release({ leaseId, disposition: 'KEEP' });
    const read = await client.get(leaseId);
    expect(read.lease).toMatchObject({ state: 'RELEASED', disposition: 'KEEP' });
    expect(read.lease.endTime).toBeInstanceOf(Date);
  });

  it('S12: always carries an id, chosen or drawn', async () => {
    const leaseId = '11111111-2222-4333-8444-555555555555';
    expect((await client.create({ object, leaseId })).lease.leaseId).toBe(leaseId);
    expect((await client.create({ object, leaseId })).replayed).toBe(true);
    await client.create({ object });
    await client.createMany([{ object }, { object }]);
    await client.hold({ object, ttlMs: 60_000 });
    expect([...server.leases.keys()].filter((id) => UUID.test(id))).toHaveLength(5);
  });

  it('asks for the default TTL and disposition by leaving them out', async () => {
    const { lease } = await client.create({ object });
    expect(server.requests<wire.CreateLeaseRequest>('createLease')[0]).toMatchObject({
      ttl: undefined,
      cleanup: undefined,
    });
    expect((await client.release({ leaseId: lease.leaseId })).lease.disposition).toBe('COLLECT');
  });

  it('carries its cleanup', async () => {
    await client.create({
      object,
      cleanup: {
        http: { url: 'http://127.0.0.1:1/x', headers: { authorization: 'secret' }, notFoundIsDone: true },
        payload: '\u{1f9f9}',
        retry: { maxAttempts: 3, initialBackoffMs: 250, maxBackoffMs: 90_061, attemptTimeoutMs: 1_000 },
      },
    });
    await client.create({ object, cleanup: { grpc: { address: '127.0.0.1:1' } } });
    const [http, grpc] = server.requests<wire.CreateLeaseRequest>('createLease');
    expect(http?.cleanup).toEqual({
      target: {
        $case: 'http',
        value: {
          url: 'http://127.0.0.1:1/x',
          headers: new Map([['authorization', 'secret']]),
          notFoundIsDone: true,
        },
      },
      payload: '\u{1f9f9}',
      retry: {
        maxAttempts: 3,
        initialBackoff: { seconds: 0n, nanos: 250_000_000 },
        maxBackoff: { seconds: 90n, nanos: 61_000_000 },
        attemptTimeout: { seconds: 1n, nanos: 0 },
      },
    });
    expect(grpc?.cleanup).toMatchObject({
      target: { $case: 'grpc', value: { address: '127.0.0.1:1', tls: false } },
      payload: '',
      retry: undefined,
    });
  });

  it('keeps metadata byte for byte, whatever the keys are called', async () => {
    const metadata = {
      ['__proto__']: 'p',
      constructor: 'c',
      toString: 't',
      'ключ\u0000': '\u{1f9f9}',
      empty: '',
    };
    const { lease } = await client.create({ object, metadata: { ...metadata } });
    expect(Object.getPrototypeOf(lease.metadata)).toBeNull();
    expect(new Map(Object.entries(lease.metadata))).toEqual(new Map(Object.entries(metadata)));
    expect(lease.metadata['__proto__']).toBe('p');
    expect(Object.entries(lease.metadata)).toHaveLength(5);
    expect(({} as Record<string, unknown>)['p']).toBeUndefined();
  });
});

describe('a refusal', () => {
  it('carries reason, code, violations and when to come back', async () => {
    server.before = () => {
      throw refusedAs('OBJECT_BEING_COLLECTED', { retryAfterMs: 1_250 });
    };
    const error: unknown = await client
      .create({ object }, { timeoutMs: 1_000 })
      .catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(LeaseError);
    expect(error).toMatchObject({
      name: 'LeaseError',
      code: 'ABORTED',
      reason: 'OBJECT_BEING_COLLECTED',
      message: 'refused: OBJECT_BEING_COLLECTED',
      violations: [],
      retryAfterMs: 1_250,
    });
    expect(server.calls, 'the time would be up by then').toHaveLength(1);

    const violations = [
      { field: 'ttl', description: 'must be at least 1 s' },
      { field: 'object.id', description: 'must not be empty' },
    ];
    server.before = () => {
      throw refusedAs('INVALID_REQUEST', { violations });
    };
    await expect(client.renew({ leaseId: 'x' })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      reason: 'INVALID_REQUEST',
      violations,
      retryAfterMs: undefined,
    });
  });

  it('of an unknown kind keeps its code and says whence it came', async () => {
    server.before = () => {
      throw refusedAs('SOMETHING_NEW' as wire.Reason, { code: 9 });
    };
    await expect(client.get('x')).rejects.toMatchObject({
      code: 'FAILED_PRECONDITION',
      reason: undefined,
    });
    server.before = () => {
      throw new Error('a fault');
    };
    await expect(client.get('x')).rejects.toMatchObject({
      code: 'INTERNAL',
      reason: undefined,
      message: `INTERNAL from ${server.address}: Error: a fault`,
    });
  });

  it('is made on the spot for what the wire would change in silence, with every field named', async () => {
    const error: unknown = await client
      .create({
        object: { type: 'custom', id: 'half a pair \uD83D' },
        ttlMs: 0.5,
        metadata: { ['\uDC00']: 'x', count: 3 as unknown as string },
        cleanup: { http: { url: 'http://x' }, retry: { maxAttempts: -1, maxBackoffMs: Number.NaN } },
      })
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', reason: 'INVALID_REQUEST' });
    expect((error as LeaseError).violations.map(({ field }) => field)).toEqual([
      'object.id',
      'ttl',
      'metadata["\\udc00"]',
      'metadata["count"]',
      'cleanup.retry.max_attempts',
      'cleanup.retry.max_backoff',
    ]);
    expect(server.calls).toHaveLength(0);
  });

  it('leaves what is merely wrong to the server', async () => {
    server.before = () => {
      throw refusedAs('INVALID_REQUEST');
    };
    await expect(client.create({ object: { type: '', id: '' }, ttlMs: -1 })).rejects.toMatchObject({
      reason: 'INVALID_REQUEST',
    });
    expect(server.requests<wire.CreateLeaseRequest>('createLease')).toMatchObject([
      { object: { type: '', id: '' }, ttl: { seconds: 0n, nanos: -1_000_000 } },
    ]);
  });
});

it('lists lease by lease, page by page', async () => {
  await client.createMany(Array.from({ length: 7 }, (_, i) => ({ object: { type: 'custom', id: `${i}` } })));
  const ids: string[] = [];
  for await (const { object } of client.list({ state: 'ACTIVE', objectType: 'custom', pageSize: 3 })) {
    ids.push(object.id);
  }
  expect(ids).toEqual(['0', '1', '2', '3', '4', '5', '6']);
  expect(server.requests<wire.ListLeasesRequest>('listLeases').map((each) => each.pageToken)).toEqual([
    '',
    '3',
    '6',
  ]);

  for await (const { object } of client.list({ pageSize: 1 })) {
    expect(object.id).toBe('0');
    break;
  }
  expect(server.requests('listLeases'), 'fetches no page that nobody wants').toHaveLength(4);
});

it('reads statistics as numbers', async () => {
  const stats = await client.stats();
  expect(stats).toMatchObject({
    leases: { created: 7, active: 0, released: 0, expired: 0, renewals: 0 },
    cleanups: { ended: 3, forgotten: 0 },
    attempts: { stale: 2 },
    heldObjects: Number.MAX_SAFE_INTEGER,
  });
  expect(stats).not.toHaveProperty('nextAttemptTime');
  expect(stats.serverTime).toBeInstanceOf(Date);
});

it('rejects what no server of ours would answer', async () => {
  server.after = () => {
    for (const lease of server.leases.values()) lease.expireTime = undefined;
  };
  await expect(client.create({ object })).rejects.toMatchObject({
    code: 'INTERNAL',
    message: 'malformed answer: lease.expire_time is missing',
  });
  server.after = () => {
    for (const lease of server.leases.values()) {
      Object.assign(lease, { expireTime: new Date(), state: 77 });
    }
  };
  await expect(client.create({ object })).rejects.toMatchObject({ code: 'INTERNAL' });
});

it('after close refuses calls, and does not wait for those under way', async () => {
  await client.get('x').catch(() => undefined);
  client.close();
  await expect(client.get('x')).rejects.toMatchObject({ code: 'CANCELLED', message: 'the client is closed' });
});
