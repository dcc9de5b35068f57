import { beforeAll, describe, expect, test } from 'vitest';
import type { StoreUnderTest } from '../integration/storage/open-store.js';
import { stores } from '../integration/storage/stores.js';
import { type Conduct, FAILING, HANGING, prompt, REFUSING } from './endpoints.js';
import { type Neighbours, type Surge, type Waits, waitsOfNine } from './fairness.js';
import type { VirtualCluster } from './virtual-cluster.js';

interface Tenth {
  readonly how: string;
  readonly tenth: Conduct;
}

async function waits(store: StoreUnderTest, surge: Surge, neighbours: Neighbours): Promise<Waits> {
  const context = await store.open();
  try {
    return await waitsOfNine(context, surge, neighbours);
  } finally {
    await context.close();
  }
}

/** At most 10 % more. */
function expectFair(beside: Waits, alone: Waits): void {
  expect(beside.count).toBe(alone.count);
  expect(beside.startedMs).toBeLessThanOrEqual(1.1 * alone.startedMs);
  expect(beside.doneMs).toBeLessThanOrEqual(1.1 * alone.doneMs);
}

describe.each(stores)('on $name', (store) => {
  test('L3: one endpoint of ten that hangs leaves the p99 of the nine others within 10 %', async () => {
    const surge = { seconds: 3, perSecond: 10, attemptTimeoutMs: 500 };
    const alone = await waits(store, surge, {});
    expect(alone.count).toBeGreaterThan(200);
    expectFair(await waits(store, surge, { tenth: HANGING }), alone);
  }, 60_000);
});

describe('under the defaults', () => {
  const [store] = stores as readonly [StoreUnderTest];

  describe('where nine endpoints need half of the slots', () => {
    const surge = { seconds: 20, perSecond: 40 };
    let alone: Waits;
    beforeAll(async () => {
      alone = await waits(store, surge, {});
    });

    test.each<Tenth>([
      { how: 'hangs', tenth: HANGING },
      { how: 'refuses connections', tenth: REFUSING },
      { how: 'answers 500', tenth: FAILING },
      { how: 'takes 9 s', tenth: prompt(9_000) },
    ])('L3: a tenth that $how leaves their p99 within 10 %', async ({ tenth }) => {
      expectFair(await waits(store, surge, { tenth }), alone);
    });

    test('L3: so do a thousand dead ones whose probes hang', async () => {
      expectFair(await waits(store, surge, { before: aThousandHang }), alone);
    });
  });

  describe('where they need more than all of them in bursts, once the breaker of the tenth is open and what hung is over', () => {
    // Four attempts are made after the first four have timed out at 10 s, and before the fifth opens the breaker.
    const surge = { seconds: 30, perSecond: 40, burst: 12, sinceMs: 22_000 };
    let alone: Waits;
    beforeAll(async () => {
      alone = await waits(store, surge, {});
    });

    test.each<Tenth>([
      { how: 'hangs', tenth: HANGING },
      { how: 'refuses connections', tenth: REFUSING },
      { how: 'answers 500', tenth: FAILING },
    ])('L3: one that $how leaves their p99 within 10 %', async ({ tenth }) => {
      expectFair(await waits(store, surge, { tenth }), alone);
    });
  });
});

/** A thousand endpoints with open breakers, of which every probe hangs from now on. */
async function aThousandHang(cluster: VirtualCluster): Promise<void> {
  const dead = Array.from({ length: 1_000 }, (_, n) => `http://dead-${n}.test`);
  for (const endpoint of dead) {
    cluster.endpoints.behave(endpoint, REFUSING);
    await cluster.fallDue(endpoint, 6);
  }
  await cluster.pass(60_000);
  for (const endpoint of dead) cluster.endpoints.behave(endpoint, HANGING);
  await cluster.pass(20_000);
  const hanging = cluster.endpoints.callbacks.filter(({ result }) => result === undefined);
  // A quarter of the slots.
  expect(hanging).toHaveLength(16);
}
