import { CleanupSpec, Disposition, type Lease, LeaseState, ListLeasesRequest } from '@lease/protocol';
import { describe, expect, it } from 'vitest';
import { create, leaseId, release, renew, seconds, served, valueOf } from './served.js';

const START = new Date('2026-01-01T00:00:00Z');
const later = (ms: number) => new Date(START.getTime() + ms);

const cleanup = CleanupSpec.fromPartial({
  target: { $case: 'http', value: { url: 'http://127.0.0.1:8080/cleanup' } },
  payload: 'p',
});

describe('CreateLease', () => {
  it('answers with the whole lease, by the clock of the store', async () => {
    await using lease = await served();
    const metadata = new Map([
      ['__proto__', 'a'],
      ['constructor', 'b'],
      ['é', 'ü'],
    ]);
    const answer = valueOf(
      await lease.call('createLease', create(1, { ttl: seconds(60), metadata, cleanup })),
    );
    expect(answer).toEqual({
      lease: {
        leaseId: leaseId(1),
        object: { type: 'blob', id: 'object-1' },
        serviceId: 'service-a',
        state: LeaseState.ACTIVE,
        createTime: START,
        expireTime: later(60_000),
        renewTime: START,
        endTime: undefined,
        ttl: seconds(60),
        metadata,
        renewalCount: 0,
        generation: answer.lease?.generation,
        disposition: Disposition.UNSPECIFIED,
        hasCleanup: true,
      },
      replayed: false,
      revived: false,
      priorAttempts: 0,
      serverTime: START,
    });
    expect(answer.lease?.generation).toBeGreaterThan(0n);
    expect(answer.lease?.generation).toBeLessThan(2n ** 53n);
  });

  it('S12: the same id with the same request is a replay', async () => {
    await using lease = await served();
    valueOf(await lease.call('createLease', create(1)));
    await lease.clock.advance(1_000);
    const again = valueOf(await lease.call('createLease', create(1)));
    expect(again).toMatchObject({ replayed: true, serverTime: later(1_000) });
    expect(again.lease?.createTime).toEqual(START);
  });

  it('without an id the server draws one, without a TTL it takes its default', async () => {
    await using lease = await served({ defaultTtlMs: 1_234 });
    const first = valueOf(await lease.call('createLease', create(1, { leaseId: '' })));
    const second = valueOf(await lease.call('createLease', create(1, { leaseId: '' })));
    expect(first.lease?.leaseId).toMatch(/^[0-9a-f-]{36}$/);
    expect(second.lease?.leaseId).not.toBe(first.lease?.leaseId);
    expect(first.lease?.ttl).toEqual({ seconds: 1n, nanos: 234_000_000 });
  });

  it('a fraction of a millisecond is rounded up: the lease lasts at least as long as was asked for', async () => {
    await using lease = await served();
    const ttl = { seconds: 1n, nanos: 1 };
    const answer = valueOf(await lease.call('createLease', create(1, { ttl })));
    expect(answer.lease?.expireTime).toEqual(later(1_001));
  });

  it('says that it revived an object, and how far its cleanup had come', async () => {
    await using lease = await served();
    valueOf(await lease.call('createLease', create(1, { cleanup })));
    valueOf(await lease.call('releaseLease', release(1)));
    const claim = { claimant: 'c', limit: 1, perEndpointLimit: 1, busyEndpoints: [], claimMs: 40_000 };
    const [claimed] = await lease.store.claimCleanups(claim);
    if (claimed === undefined) throw new Error('nothing was due');
    const { cleanupId, object, fence } = claimed;
    const retry = { kind: 'retry', contact: 'answered', delayMs: 60_000 } as const;
    await lease.store.settleCleanups([
      { cleanupId, object, fence, ...retry, abandonReason: 'ATTEMPTS_EXHAUSTED' },
    ]);
    const again = create(2, { object: { type: 'blob', id: 'object-1' } });
    expect(valueOf(await lease.call('createLease', again))).toMatchObject({
      revived: true,
      priorAttempts: 1,
    });
  });
});

describe('RenewLease', () => {
  it('extends the lease by its own TTL, or by the one given, which does not become its own', async () => {
    await using lease = await served();
    valueOf(await lease.call('createLease', create(1, { ttl: seconds(10) })));
    await lease.clock.advance(4_000);
    const own = valueOf(await lease.call('renewLease', renew(1)));
    expect(own).toMatchObject({ serverTime: later(4_000) });
    expect(own.lease).toMatchObject({ expireTime: later(14_000), renewTime: later(4_000), renewalCount: 1 });
    const longer = valueOf(await lease.call('renewLease', renew(1, { ttl: seconds(60) })));
    expect(longer.lease).toMatchObject({ expireTime: later(64_000), ttl: seconds(10), renewalCount: 2 });
  });
});

describe('ReleaseLease', () => {
  it.each([
    ['nothing said: COLLECT', Disposition.UNSPECIFIED, Disposition.COLLECT],
    ['COLLECT', Disposition.COLLECT, Disposition.COLLECT],
    ['KEEP', Disposition.KEEP, Disposition.KEEP],
  ])('%s', async (_, disposition, recorded) => {
    await using lease = await served();
    valueOf(await lease.call('createLease', create(1, { cleanup })));
    await lease.clock.advance(1_500);
    const released = valueOf(await lease.call('releaseLease', release(1, { disposition })));
    expect(released.serverTime).toEqual(later(1_500));
    expect(released.lease).toMatchObject({
      state: LeaseState.RELEASED,
      disposition: recorded,
      endTime: later(1_500),
    });
    const kept = recorded === Disposition.KEEP;
    const { cleanups } = await lease.store.stats();
    expect(cleanups).toMatchObject({ kept: kept ? 1 : 0, open: kept ? 0 : 1 });
  });
});

describe('GetLease', () => {
  it('answers with a lease that has expired', async () => {
    await using lease = await served();
    valueOf(await lease.call('createLease', create(1, { ttl: seconds(1) })));
    const sweep = { limit: 10, graceMs: 0, brakeShare: 1 };
    await lease.store.expireDue(sweep);
    await lease.clock.advance(1_000);
    await lease.store.expireDue(sweep);
    const { lease: found } = valueOf(await lease.call('getLease', { leaseId: leaseId(1).toUpperCase() }));
    expect(found).toMatchObject({ leaseId: leaseId(1), state: LeaseState.EXPIRED, endTime: later(1_000) });
  });
});

describe('ListLeases', () => {
  const list = (parts: Partial<ListLeasesRequest> = {}): ListLeasesRequest => ({
    ...ListLeasesRequest.fromPartial({}),
    ...parts,
  });

  it('every lease is on exactly one page', async () => {
    await using lease = await served();
    const requests = Array.from({ length: 25 }, (_, n) => create(n));
    valueOf(await lease.call('batchCreateLeases', { requests }));
    const seen: (string | undefined)[] = [];
    let pageToken = '';
    do {
      const page = valueOf(await lease.call('listLeases', list({ pageSize: 10, pageToken })));
      seen.push(...page.leases.map((found) => found.leaseId));
      expect(page.serverTime).toEqual(START);
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    expect(seen.sort()).toEqual(requests.map((request) => request.leaseId).sort());
  });

  it.each<[string, Partial<ListLeasesRequest>, number[]]>([
    ['by holder', { serviceId: 'service-b' }, [3]],
    ['by type', { objectType: 'blob' }, [1, 3]],
    ['by object', { objectType: 'custom', objectId: 'x' }, [2]],
    ['by state', { state: LeaseState.RELEASED }, [1]],
    ['by nothing', {}, [1, 2, 3]],
  ])('filters %s', async (_, filter, expected) => {
    await using lease = await served();
    const requests = [
      create(1),
      create(2, { object: { type: 'custom', id: 'x' } }),
      create(3, { serviceId: 'service-b' }),
    ];
    valueOf(await lease.call('batchCreateLeases', { requests }));
    valueOf(await lease.call('releaseLease', release(1)));
    const { leases } = valueOf(await lease.call('listLeases', list(filter)));
    expect(leases.map((found) => found.leaseId).sort()).toEqual(expected.map(leaseId));
  });

  it('a page is never larger than 4 MiB, what every client accepts, and the next goes on behind it', async () => {
    await using lease = await served();
    const metadata = new Map(Array.from({ length: 50 }, (_, i) => [`key-${i}`, 'v'.repeat(1_024)]));
    for (let n = 0; n < 120; n++) valueOf(await lease.call('createLease', create(n, { metadata })));
    const seen: Lease[] = [];
    let pageToken = '';
    let pages = 0;
    do {
      const page = valueOf(await lease.call('listLeases', list({ pageSize: 1_000, pageToken })));
      seen.push(...page.leases);
      pages += 1;
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    expect(new Set(seen.map((found) => found.leaseId)).size).toBe(120);
    expect(seen).toHaveLength(120);
    expect(pages).toBe(2);
    expect(seen[0]?.metadata).toEqual(metadata);
  });
});

describe('GetStats', () => {
  it('S16: counts what was done', async () => {
    await using lease = await served();
    valueOf(await lease.call('createLease', create(1, { cleanup })));
    valueOf(await lease.call('createLease', create(2, { cleanup })));
    valueOf(await lease.call('createLease', create(3, { cleanup })));
    valueOf(await lease.call('renewLease', renew(1)));
    valueOf(await lease.call('releaseLease', release(2)));
    valueOf(await lease.call('releaseLease', release(3)));
    await lease.store.claimCleanups({
      claimant: 'c',
      limit: 1,
      perEndpointLimit: 1,
      busyEndpoints: [],
      claimMs: 40_000,
    });
    expect(valueOf(await lease.call('getStats', {}))).toEqual({
      stats: {
        leases: { created: 3n, active: 1n, released: 2n, expired: 0n, renewals: 1n },
        cleanups: {
          ended: 2n,
          collected: 0n,
          abandoned: 0n,
          open: 2n,
          revived: 0n,
          kept: 0n,
          forgotten: 0n,
          due: 1n,
          claimed: 1n,
        },
        attempts: { claimed: 1n, done: 0n, retried: 0n, failed: 0n, unstarted: 0n, lost: 0n, stale: 0n },
        heldObjects: 1n,
        nextAttemptTime: START,
      },
      serverTime: START,
    });
  });
});
