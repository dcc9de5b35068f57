import { describe, expect, it } from 'vitest';
import { LeaseService, MAX_BATCH, type LeaseEvent } from '../../src/index.js';
import { leaseOf, NOW, RecordingStore } from './recording-store.js';
import { create, release, renew } from './requests.js';

const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

function setUp() {
  const store = new RecordingStore();
  const events: LeaseEvent[] = [];
  return { store, events, service: new LeaseService({ store, observer: (event) => events.push(event) }) };
}

describe('a batch', () => {
  it('asks the store once, for the valid elements only, and answers each in its place', async () => {
    const { store, events, service } = setUp();
    store.onCreate = ({ leaseId }) =>
      leaseId === id(3)
        ? { outcome: 'refused', reason: 'LEASE_QUOTA_EXCEEDED', now: NOW }
        : { outcome: 'done', lease: leaseOf({ leaseId }), now: NOW, replayed: false };

    const batch = await service.createBatch([
      create({ leaseId: id(0) }),
      create({ leaseId: id(1), ttlMs: 5 }),
      create({ leaseId: id(2) }),
      create({ leaseId: id(3) }),
      create({ leaseId: 'x', serviceId: '' }),
      create({ leaseId: id(5) }),
    ]);

    expect(store.creates.map((commands) => commands.map(({ leaseId }) => leaseId))).toEqual([
      [id(0), id(2), id(3), id(5)],
    ]);
    const told = batch.ok
      ? batch.value.map((answer) =>
          answer.ok
            ? answer.value.lease.leaseId
            : [answer.refusal.reason, ...(answer.refusal.violations ?? []).map(({ field }) => field)],
        )
      : [];
    expect(told).toEqual([
      id(0),
      ['INVALID_REQUEST', 'ttl'],
      id(2),
      ['LEASE_QUOTA_EXCEEDED'],
      ['INVALID_REQUEST', 'lease_id', 'service_id'],
      id(5),
    ]);
    expect(events.map(({ type }) => type)).toEqual([
      'lease-created',
      'refused',
      'lease-created',
      'refused',
      'refused',
      'lease-created',
    ]);
  });

  it('may name the same lease twice: what becomes of it is for the store to say', async () => {
    const { store, service } = setUp();
    await service.renewBatch([renew(), renew()]);
    await service.releaseBatch([release(), release({ disposition: 'KEEP' })]);
    expect(store.renewals[0]).toHaveLength(2);
    expect(store.releases[0]?.map(({ disposition }) => disposition)).toEqual(['COLLECT', 'KEEP']);
  });

  it('of bad requests alone does not reach the store', async () => {
    const { store, service } = setUp();
    const batch = await service.releaseBatch([release({ leaseId: '' }), release({ serviceId: '' })]);
    expect(batch.ok && batch.value.map(({ ok }) => ok)).toEqual([false, false]);
    expect(store.calls).toBe(0);
  });

  it.each([0, MAX_BATCH + 1])('of %i elements is refused as a whole', async (length) => {
    const { store, events, service } = setUp();
    const answers = [
      await service.createBatch(Array.from({ length }, () => create())),
      await service.renewBatch(Array.from({ length }, () => renew())),
      await service.releaseBatch(Array.from({ length }, () => release())),
    ];
    for (const answer of answers) {
      expect(answer).toMatchObject({
        ok: false,
        refusal: {
          reason: 'INVALID_REQUEST',
          violations: [{ field: 'requests', description: `has ${length} elements: 1 to 1000 are allowed` }],
        },
      });
    }
    expect(store.calls).toBe(0);
    expect(events.map((event) => event.type === 'refused' && event.verb)).toEqual([
      'create',
      'renew',
      'release',
    ]);
  });

  it('may have 1,000 elements', async () => {
    const { store, service } = setUp();
    const batch = await service.renewBatch(
      Array.from({ length: MAX_BATCH }, (_, i) => renew({ leaseId: id(i) })),
    );
    expect(
      batch.ok && batch.value.every((answer, i) => answer.ok && answer.value.lease.leaseId === id(i)),
    ).toBe(true);
    expect(store.calls).toBe(1);
  });

  it('fails loudly if the store answers less than it was asked', async () => {
    const { store, service } = setUp();
    store.renew = () => Promise.resolve([]);
    await expect(service.renewBatch([renew()])).rejects.toThrow('no result for command 0');
    await expect(service.renew(renew())).rejects.toThrow('no result for command 0');
  });
});
