import { createCommand, httpCleanup, ManualClock, seededRandom } from '@lease/core/testing';
import { describe, expect, it } from 'vitest';
import { MemoryStore } from '../src/index.js';

const uuid = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
const open = (maxLeases?: number) => {
  const clock = new ManualClock();
  return {
    clock,
    store: new MemoryStore({ clock, random: seededRandom(1), ...(maxLeases !== undefined && { maxLeases }) }),
  };
};

describe('MemoryStore', () => {
  it('refuses creates at its limit as OVERLOADED, and takes them again after pruning', async () => {
    const { clock, store } = open(2);
    const [first, second, third] = await store.create(
      [1, 2, 3].map((number) => createCommand({ leaseId: uuid(number) })),
    );
    expect([first?.outcome, second?.outcome]).toEqual(['done', 'done']);
    expect(third).toMatchObject({ outcome: 'refused', reason: 'OVERLOADED' });
    await store.release([{ leaseId: uuid(1), serviceId: 'service-a', disposition: 'COLLECT' }]);
    await clock.advance(3_600_001);
    const pruned = await store.prune({
      endedLeasesOlderThanMs: 3_600_000,
      finishedCleanupsOlderThanMs: 0,
      limit: 10,
    });
    expect(pruned).toEqual({ leases: 1, cleanups: 0, more: false });
    const [again] = await store.create([createCommand({ leaseId: uuid(3) })]);
    expect(again?.outcome).toBe('done');
  });

  it('keeps an idempotent create possible at its limit', async () => {
    const { store } = open(1);
    const command = createCommand({ leaseId: uuid(1) });
    await store.create([command]);
    const [again] = await store.create([command]);
    expect(again).toMatchObject({ outcome: 'done', replayed: true });
  });

  it.each([0, -1, 1.5, Number.NaN])('refuses maxLeases %s', (maxLeases) => {
    expect(() => new MemoryStore({ maxLeases })).toThrow(RangeError);
  });

  it('keeps the latest 100,000 attempts and finished cleanups, and the totals of all', async () => {
    const { store } = open();
    const cleanup = httpCleanup();
    const total = 100_500;
    let firstCleanupId = '';
    for (let number = 0; number < total; number += 500) {
      const ids = Array.from({ length: 500 }, (_, at) => uuid(number + at));
      await store.create(ids.map((leaseId) => createCommand({ leaseId, cleanup })));
      await store.release(
        ids.map((leaseId) => ({ leaseId, serviceId: 'service-a', disposition: 'COLLECT' as const })),
      );
      const claims = await store.claimCleanups({
        claimant: 'replica',
        limit: 500,
        perEndpointLimit: 500,
        busyEndpoints: [],
        claimMs: 40_000,
      });
      firstCleanupId ||= claims[0]?.cleanupId ?? '';
      await store.settleCleanups(claims.map((claim) => ({ ...claim, kind: 'done' as const })));
    }
    expect(firstCleanupId).not.toBe('');
    expect(await store.getCleanup(firstCleanupId)).toBeUndefined();
    expect(await store.listAttempts(firstCleanupId, 10)).toEqual([]);
    const stats = await store.stats();
    expect(stats.cleanups).toMatchObject({ ended: total, collected: total, open: 0 });
    let listed = 0;
    let cursor: string | undefined;
    do {
      const page = await store.listCleanups({
        state: 'COLLECTED',
        limit: 1_000,
        ...(cursor !== undefined && { cursor }),
      });
      listed += page.cleanups.length;
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    expect(listed).toBe(100_000);
  });
});
