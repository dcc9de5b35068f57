import { describe, expect, test } from 'vitest';
import { stores } from '../integration/storage/stores.js';
import { FAILING, HANGING, prompt, REFUSING } from './endpoints.js';
import { longOutage } from './outage.js';
import { VirtualCluster } from './virtual-cluster.js';

const MINUTES_20 = 1_200_000;
const DOWN = [
  ['http://refuses.test', REFUSING],
  ['http://fails.test', FAILING],
  ['http://hangs.test', HANGING],
] as const;

/** A probe that still hangs (10 s), the longest open period (60 s), a look (0.5 s), and what is left of a backoff. */
const BACK_WITHIN_MS = 10_000 + 60_000 + 500;

async function downFor20Minutes(cluster: VirtualCluster, count: number): Promise<void> {
  for (const [endpoint, conduct] of DOWN) {
    cluster.endpoints.behave(endpoint, conduct);
    await cluster.fallDue(endpoint, count);
  }
  cluster.start();
  await cluster.pass(MINUTES_20);
  for (const [endpoint] of DOWN) cluster.endpoints.behave(endpoint, prompt());
}

/** The longest backoff that the default policy may have given after so many attempts. */
function backoffMs(attempts: number): number {
  return 1_000 * 2 ** (attempts - 1);
}

function mostAttempts({ endpoints }: VirtualCluster): number {
  return Math.max(...endpoints.callbacks.map(({ attempt }) => attempt));
}

describe.each([
  { store: stores[0], count: 500, replicas: 1 },
  { store: stores[1], count: 500, replicas: 1 },
  { store: stores[2], count: 200, replicas: 2 },
])('on $store.name', ({ store, count, replicas }) => {
  test('S3 L3: endpoints that refuse, fail or hang for 20 min under the defaults cost no cleanup, and no operator', async () => {
    if (store === undefined) throw new Error('there are three stores');
    const context = await store.open();
    const cluster = new VirtualCluster(context, { replicas });
    await downFor20Minutes(cluster, count);
    const all = 3 * count;
    expect((await cluster.stats()).cleanups).toMatchObject({ ended: all, open: all });
    // Three in flight at the opening, two at each turn of a replica's breakers: no budget comes near its 15.
    expect(mostAttempts(cluster)).toBeLessThanOrEqual(3);

    await cluster.pass(BACK_WITHIN_MS + backoffMs(mostAttempts(cluster)));
    expect((await cluster.stats()).cleanups).toMatchObject({ collected: all, abandoned: 0, open: 0 });
    await cluster.stop();
    await context.close();
  }, 120_000);
});

test('S3 L3: so it is with a single cleanup at each, which has to bear every probe', async () => {
  const context = await stores[0]?.open();
  if (context === undefined) throw new Error('there are three stores');
  const cluster = new VirtualCluster(context, { replicas: 3 });
  await downFor20Minutes(cluster, 1);
  expect((await cluster.stats()).cleanups).toMatchObject({ abandoned: 0, open: 3 });
  await cluster.pass(BACK_WITHIN_MS + backoffMs(mostAttempts(cluster)));
  expect((await cluster.stats()).cleanups).toMatchObject({ collected: 3, abandoned: 0 });
  await cluster.stop();
  await context.close();
});

test('S3: where one waits alone, the probes of six hours spend its budget; it is kept, and can be retried', async () => {
  const context = await stores[0]?.open();
  if (context === undefined) throw new Error('there are three stores');
  const cluster = new VirtualCluster(context);
  const [[refuses], [fails], [hangs]] = DOWN;
  for (const [endpoint, conduct] of DOWN) {
    cluster.endpoints.behave(endpoint, conduct);
    await cluster.fallDue(endpoint, 1);
  }
  cluster.start();
  await cluster.pass(18 * MINUTES_20);
  // Where nobody can connect, no budget is spent.
  expect((await cluster.stats()).cleanups).toMatchObject({ abandoned: 2, open: 1 });
  const { cleanups } = await context.store.listCleanups({ state: 'ABANDONED', limit: 10 });
  expect(new Set(cleanups.map(({ endpoint }) => endpoint))).toEqual(new Set([fails, hangs]));
  for (const { abandonReason, attempts } of cleanups)
    expect([abandonReason, attempts]).toEqual(['ATTEMPTS_EXHAUSTED', 15]);

  for (const endpoint of [refuses, fails, hangs]) cluster.endpoints.behave(endpoint, prompt());
  await context.store.retryCleanups(cleanups.map(({ cleanupId }) => ({ cleanupId, delayMs: 0 })));
  await cluster.pass(BACK_WITHIN_MS + 3_600_000);
  expect((await cluster.stats()).cleanups).toMatchObject({ collected: 3, abandoned: 0, open: 0 });
  await cluster.stop();
  await context.close();
});

describe.each([
  { store: stores[0], cleanups: 20_000, minutes: 1_440 },
  { store: stores[1], cleanups: 2_000, minutes: 60 },
  { store: stores[2], cleanups: 1_000, minutes: 15 },
])('on $store.name', ({ store, cleanups, minutes }) => {
  test(`S3 L3: ${cleanups} cleanups outlive ${minutes} min of an endpoint that is down: only probes spend budget`, async () => {
    if (store === undefined) throw new Error('there are three stores');
    const context = await store.open();
    const report = await longOutage(context, { cleanups, minutes });
    await context.close();
    expect(report).toMatchObject({ openAfterwards: cleanups, abandoned: 0, violations: [] });
    // Between a minute and half of one apart.
    expect(report.probes).toBeLessThanOrEqual(minutes * 2 + 6);
    expect(report.probes).toBeGreaterThanOrEqual(minutes);
  }, 120_000);
});
