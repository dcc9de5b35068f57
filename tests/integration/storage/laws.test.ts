import { durableStoreLaws, runLaw, type StoreLaw, storeLaws } from '@lease/core/testing';
import { describe, expect, test } from 'vitest';
import type { StoreUnderTest } from './open-store.js';
import { stores } from './stores.js';

/** Laws that ran to their end, per store. */
const executed = new Map<string, number>();

function lawsOf(store: StoreUnderTest, kind: string, laws: readonly StoreLaw[]): void {
  const name = `${store.name}, ${kind}`;
  executed.set(name, 0);
  describe(name, () => {
    test.each(laws.map((law) => [law.name, law] as const))('%s', async (_, law) => {
      await runLaw(law, () => store.open());
      executed.set(name, (executed.get(name) ?? 0) + 1);
    });

    test('no law was skipped', () => {
      const count = executed.get(name) ?? 0;
      console.log(`${name}: laws executed: ${count}`);
      expect(count).toBe(laws.length);
    });
  });
}

for (const store of stores) lawsOf(store, 'every store', storeLaws);
for (const store of stores.filter(({ durable }) => durable))
  lawsOf(store, 'durable stores', durableStoreLaws);

test('every store ran the same laws', () => {
  const counts = stores.map(({ name }) => executed.get(`${name}, every store`));
  expect(new Set(counts)).toEqual(new Set([storeLaws.length]));
});
