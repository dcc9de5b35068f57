import type { ListLeases } from '@lease/core';
import { createCommand, objectRef } from '@lease/core/testing';
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
