import { describe, expect, it } from 'vitest';
import {
  LeaseService,
  StoreUnavailableError,
  type LeaseEvent,
  type LeaseServiceOptions,
} from '../../src/index.js';
import { leaseOf, NOW, RecordingStore } from './recording-store.js';
import { create, grpc, http, LEASE_ID, list, release, renew, withCleanup } from './requests.js';

function setUp(options: Partial<LeaseServiceOptions> = {}) {
  const store = new RecordingStore();
  const events: LeaseEvent[] = [];
  const service = new LeaseService({ store, observer: (event) => events.push(event), ...options });
  return { store, events, service };
}

describe('one request becomes one command', () => {
  it('create: the lease, whether it was there already, and the clock', async () => {
    const { store, service } = setUp({ defaultTtlMs: 7_000, maxLeasesPerService: 3 });
    store.onCreate = ({ leaseId }) => ({
      outcome: 'done',
      lease: leaseOf({ leaseId }),
      now: NOW,
      replayed: true,
    });

    const answer = await service.create(create());

    expect(store.creates).toEqual([
      [
        {
          leaseId: LEASE_ID,
          requestHash: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
          object: { type: 'blob', id: 'b-1' },
          serviceId: 'svc',
          ttlMs: 7_000,
          metadata: new Map(),
          maxActive: 3,
        },
      ],
    ]);
    expect(answer).toEqual({
      ok: true,
      value: { lease: leaseOf({ leaseId: LEASE_ID }), now: NOW, replayed: true },
    });
  });

  it('S12: create draws a lease id only when none was chosen', async () => {
    const drawn = 'dddddddd-dddd-4ddd-8ddd-dddddddddddd';
    const { store, service } = setUp({ random: { next: () => 0, uuid: () => drawn } });
    const { object, serviceId } = create();
    await service.create({ object, serviceId });
    await service.create(create());
    expect(store.creates.flat().map(({ leaseId }) => leaseId)).toEqual([drawn, LEASE_ID]);
  });

  it('renew: without a ttl, the store takes the lease’s own', async () => {
    const { store, service } = setUp();
    const answer = await service.renew(renew());
    await service.renew(renew({ ttlMs: 5_000 }));
    expect(store.renewals).toEqual([
      [{ leaseId: LEASE_ID, serviceId: 'svc' }],
      [{ leaseId: LEASE_ID, serviceId: 'svc', ttlMs: 5_000 }],
    ]);
    expect(answer).toEqual({
      ok: true,
      value: { lease: leaseOf({ leaseId: LEASE_ID, renewalCount: 1 }), now: NOW, marginMs: 700 },
    });
  });

  it('release: COLLECT unless something else is said', async () => {
    const { store, service } = setUp();
    await service.release(release());
    await service.release(release({ disposition: 'KEEP' }));
    expect(store.releases.flat().map(({ disposition }) => disposition)).toEqual(['COLLECT', 'KEEP']);
  });

  it('get: by the id in lower case', async () => {
    const { store, service } = setUp();
    const leaseId = 'ABCDEFAB-CDEF-4BCD-8FAB-CDEFABCDEFAB';
    const answer = await service.get(leaseId);
    expect(store.gets).toEqual([leaseId.toLowerCase()]);
    expect(answer).toEqual({
      ok: true,
      value: { lease: leaseOf({ leaseId: leaseId.toLowerCase() }), now: NOW },
    });
  });

  it('list: the filter as it is, and only what was set', async () => {
    const { store, service } = setUp();
    const filter = { serviceId: 'svc', objectType: 'blob', objectId: 'b-1', state: 'ACTIVE' } as const;
    const answer = await service.list(list({ ...filter, pageSize: 5 }));
    await service.list(list());
    expect(store.lists).toEqual([{ ...filter, limit: 5 }, { limit: 100 }]);
    expect(answer).toEqual({ ok: true, value: { leases: [leaseOf()], now: NOW } });
  });

  it('stats: as the store counts', async () => {
    const { store, service } = setUp();
    const stats = { heldObjects: 3 } as never;
    store.stats = () => Promise.resolve(stats);
    expect(await service.stats()).toBe(stats);
  });
});

describe('cleanup targets', () => {
  const handler = { kind: 'handler' } as const;

  it('default: handlers of this process only', async () => {
    const { store, service } = setUp();
    const forbidden = await Promise.all(
      [http(), grpc()].map((target) => service.create(withCleanup({ target }))),
    );
    expect(forbidden.map((answer) => answer.ok)).toEqual([false, false]);
    expect(store.calls).toBe(0);
    expect(await service.create(withCleanup({ target: handler }))).toMatchObject({ ok: true });
  });

  it.each([
    [http(), 'cleanup.http.url'],
    [grpc(), 'cleanup.grpc.address'],
    [handler, 'cleanup.target'],
  ] as const)('%o: a forbidden one is named', async (target, field) => {
    const { store, events, service } = setUp({ admitTarget: () => 'is a private address' });
    const answer = await service.create(withCleanup({ target }));
    const description =
      'is a private address; the operator of the server says what may be called (lease-server: --allow-cleanup-target)';
    const refusal = {
      reason: 'CLEANUP_TARGET_FORBIDDEN',
      message: `${field} ${description}`,
      violations: [{ field, description }],
    };
    expect(answer).toEqual({ ok: false, refusal });
    expect(events).toEqual([{ type: 'refused', verb: 'create', refusal }]);
    expect(store.calls).toBe(0);
  });

  it('are judged only in a request that is right otherwise', async () => {
    const { service } = setUp({
      admitTarget: () => {
        throw new Error('judged');
      },
    });
    expect(await service.create(withCleanup({ payload: '\u0000' }))).toMatchObject({
      refusal: { reason: 'INVALID_REQUEST' },
    });
  });
});

describe('observers', () => {
  it('are told what happened, after the store has said so', async () => {
    const { store, events, service } = setUp();
    store.onCreate = () => ({ outcome: 'done', lease: leaseOf(), now: NOW, replayed: true });
    const refused = { outcome: 'refused', reason: 'LEASE_ENDED', now: NOW } as const;
    await service.create(create());
    await service.renew(renew());
    await service.release(release());
    store.onRenew = () => refused;
    store.onGet = () => ({ now: NOW });
    await service.renew(renew());
    await service.get(LEASE_ID);
    await service.list({ pageSize: -1 });
    expect(
      events.map((event) => (event.type === 'refused' ? [event.verb, event.refusal.reason] : event.type)),
    ).toEqual([
      'lease-created',
      'lease-renewed',
      'lease-released',
      ['renew', 'LEASE_ENDED'],
      ['get', 'LEASE_NOT_FOUND'],
      ['list', 'INVALID_REQUEST'],
    ]);
    expect(events[0]).toEqual({ type: 'lease-created', lease: leaseOf(), replayed: true });
  });
});

describe('a store that is unavailable', () => {
  it('is a fault, not a refusal: it is thrown as it came, and nobody is told that anything happened', async () => {
    const { store, events, service } = setUp();
    const fault = new StoreUnavailableError('gone');
    const fail = () => Promise.reject(fault);
    Object.assign(store, { create: fail, renew: fail, release: fail, get: fail, list: fail, stats: fail });
    const calls = [
      () => service.create(create()),
      () => service.createBatch([create()]),
      () => service.renew(renew()),
      () => service.release(release()),
      () => service.get(LEASE_ID),
      () => service.list({}),
      () => service.stats(),
    ];
    for (const call of calls) await expect(call()).rejects.toBe(fault);
    expect(events).toEqual([]);
  });
});
