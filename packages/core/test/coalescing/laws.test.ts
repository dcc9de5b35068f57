// By path: core may not depend on a package that depends on core.
import { MemoryStore } from '../../../storage-memory/src/memory-store.js';
import { afterAll, describe, expect, test } from 'vitest';
import { coalesce } from '../../src/index.js';
import { type LawContext, ManualClock, runLaw, seededRandom, storeLaws } from '../../src/testing/index.js';

function open(): Promise<LawContext> {
  const time = new ManualClock();
  const make = () => coalesce(new MemoryStore({ clock: time, random: seededRandom(7) }));
  const context = {
    store: make(),
    time,
    reopen: async () => {
      await context.store.close();
      context.store = make();
    },
    close: () => context.store.close(),
  };
  return Promise.resolve(context);
}

describe('a store that coalesces keeps every law of the store', () => {
  let executed = 0;
  afterAll(() => {
    console.log(`coalesced memory store: laws executed: ${executed}`);
  });

  test.each(storeLaws.map((law) => [law.name, law] as const))('%s', async (_, law) => {
    await runLaw(law, open);
    executed += 1;
  });

  test('no law was skipped', () => {
    expect(executed).toBe(storeLaws.length);
  });
});
