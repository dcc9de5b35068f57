import type { ListLeases } from '@lease/core';
import { createCommand, httpCleanup, objectRef } from '@lease/core/testing';
import Libsql from 'libsql';
import { expect, it } from 'vitest';
import { openStore, uuid } from './open.js';

const LEASES = 12_000;

it('looks at 10,000 leases for a page at most, and finds all that match in the end', async () => {
  const { store } = openStore();
  for (let from = 0; from < LEASES; from += 1_000) {
    const numbers = Array.from({ length: 1_000 }, (_, n) => from + n);
    await store.create(
      numbers.map((n) => {
        const object = objectRef(String(n), n % 4_000 === 3_999 ? 'rare' : 'custom');
        return createCommand({ leaseId: uuid(n), object, serviceId: `service-${n % 2}`, maxActive: LEASES });
      }),
    );
  }
  const pages = async (query: Omit<ListLeases, 'limit'>) => {
    const found: string[][] = [];
    let cursor: string | undefined;
    do {
      const page = await store.list({ ...query, limit: 100, ...(cursor !== undefined && { cursor }) });
      found.push(page.leases.map(({ leaseId }) => leaseId));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    return found;
  };
  expect(await pages({ state: 'EXPIRED' })).toEqual([[], []]);
  expect(await pages({ objectType: 'rare' })).toEqual([[uuid(3_999), uuid(7_999)], [uuid(11_999)]]);
  // Six thousand leases of one service, by its own index: all seen at once.
  expect(await pages({ serviceId: 'service-1', objectType: 'rare' })).toEqual([
    [uuid(3_999), uuid(7_999), uuid(11_999)],
  ]);
  expect(await pages({ objectType: 'rare', objectId: '7999' })).toEqual([[uuid(7_999)]]);
  const all = await pages({});
  expect(all.slice(0, 120).every((page) => page.length === 100)).toBe(true);
  expect(new Set(all.flat()).size).toBe(LEASES);
  await store.close();
});

it('finds what was abandoned at once, however much is due beside it', async () => {
  const { store } = openStore();
  const fallDue = async (from: number, count: number) => {
    const numbers = Array.from({ length: count }, (_, n) => from + n);
    const cleanup = httpCleanup({ payload: 'x'.repeat(1_000) });
    await store.create(
      numbers.map((n) => createCommand({ leaseId: uuid(n), cleanup, serviceId: 's', maxActive: LEASES })),
    );
    await store.release(
      numbers.map((n) => ({ leaseId: uuid(n), serviceId: 's', disposition: 'COLLECT' as const })),
    );
  };
  const claim = { claimant: 'c', limit: 1_000, perEndpointLimit: 1_000, busyEndpoints: [], claimMs: 40_000 };
  await fallDue(0, 3);
  const ids: string[] = [];
  for (const { cleanupId, object, fence } of await store.claimCleanups(claim)) {
    ids.push(cleanupId);
    const outcome = { cleanupId, object, fence, kind: 'fail', abandonReason: 'TERMINAL_ANSWER' } as const;
    await store.settleCleanups([outcome]);
  }
  for (let from = 3; from < 5_003; from += 1_000) await fallDue(from, 1_000);

  // One page, and it is the last one: 5,000 due ones would be five pages, most of them empty.
  const page = await store.listCleanups({ state: 'ABANDONED', limit: 100 });
  expect(page.cleanups.map(({ cleanupId }) => cleanupId).sort()).toEqual(ids.sort());
  expect(page.nextCursor).toBeUndefined();
  expect(page.cleanups[0]).toMatchObject({ state: 'ABANDONED', serviceId: 's', attempts: 1 });
  const claimed = await store.listCleanups({ state: 'CLAIMED', limit: 100 });
  expect([claimed.cleanups, claimed.nextCursor === undefined]).toEqual([[], false]);
  await store.close();
});

it('opens a file that was made before that index, and makes it', async () => {
  const { path, store, reopen } = openStore();
  await store.close();
  const database = new Libsql(path);
  database.exec('drop index object_abandoned');
  database.close();
  const again = reopen();
  await again.close();
  const plan = new Libsql(path)
    .prepare(
      "explain query plan select * from object where state = 'ABANDONED' and cleanup_id > '' order by cleanup_id",
    )
    .all();
  expect(JSON.stringify(plan)).toContain('object_abandoned');
});
