import { check, checkEqual } from '../check.js';
import type { StoreLaw } from '../store-law.js';
import { law } from './law.js';
import { RandomRun } from './random-run.js';
import { checkRecount } from './recount.js';

export const statsLaws: readonly StoreLaw[] = [
  law('S16', 'an empty store counts nothing', async (trial) => {
    const { leases, cleanups, attempts, heldObjects, activeByType, largestService, ...instants } =
      await trial.store.stats();
    const totals = [
      ...Object.values(leases),
      ...Object.values(cleanups),
      ...Object.values(attempts),
      ...Object.values(activeByType),
      heldObjects,
      largestService,
    ];
    checkEqual(
      totals.filter((total) => total !== 0),
      [],
      'totals that are not zero',
    );
    checkEqual(Object.keys(instants), ['now'], 'instants');
  }),

  law('S6 S16', 'totals agree with a recount all through a long random run', async (trial) => {
    const run = new RandomRun(trial);
    for (let steps = 1; steps <= 1_000; steps++) {
      await run.step();
      if (steps % 50 === 0) await checkRecount(trial);
    }
    const { leases, cleanups, attempts } = await trial.store.stats();
    const { created, released, expired, renewals } = leases;
    const { ended, collected, revived, kept, forgotten } = cleanups;
    const totals = {
      created,
      released,
      expired,
      renewals,
      ended,
      collected,
      revived,
      kept,
      forgotten,
      ...attempts,
    };
    // A total that is still zero means that the run tried too little.
    checkEqual(
      Object.entries(totals).filter(([, total]) => total === 0),
      [],
      'totals that the run did not reach',
    );
  }),

  law(
    'S6',
    'with everything collected, every life that ended with a cleanup is in a final class',
    async (trial) => {
      const run = new RandomRun(trial);
      for (let steps = 0; steps < 300; steps++) await run.step();
      await trial.store.resume();
      for (const lease of await trial.leases({ state: 'ACTIVE', limit: 100 })) await trial.release(lease);
      // Claims of the run last 3 s at most, backoffs less.
      await trial.time.advance(3_000);
      for (const claim of await trial.claim()) await trial.settled(claim, 'done');
      const { leases, cleanups, heldObjects } = await checkRecount(trial);
      checkEqual([leases.active, cleanups.open, heldObjects], [0, 0, 0], 'active, open, held objects');
    },
  ),

  law('S16', "the next attempt's time is that of the cleanup that is due first", async (trial) => {
    await trial.fallDue();
    await trial.settled(await trial.claimOne(), { kind: 'retry', delayMs: 9_000 });
    const now = await trial.now();
    checkEqual((await trial.store.stats()).nextAttemptTime, now + 9_000, 'next attempt, one in backoff');
    await trial.fallDue();
    checkEqual((await trial.store.stats()).nextAttemptTime, now, 'next attempt, one due');
  }),

  law('S16', 'types that services invent are counted as one', async (trial) => {
    for (const type of ['blob', 'blob', 'custom', 'invented', 'another', 'other'])
      await trial.create({ object: { type, id: trial.random.uuid() } });
    const { activeByType } = await trial.store.stats();
    checkEqual([activeByType.blob, activeByType.custom, activeByType.other], [2, 1, 3], 'active by type');
    checkEqual(Object.keys(activeByType).length, 7, 'groups');
  }),

  law(
    'S16',
    'the largest service is counted down when its leases end, and another is the largest',
    async (trial) => {
      const mine = [await trial.create(), await trial.create(), await trial.create()];
      await trial.create({ serviceId: 'service-b' });
      await trial.create({ serviceId: 'service-b' });
      const largest = async () => (await trial.store.stats()).largestService;
      checkEqual(await largest(), 3, 'of the first service');
      for (const lease of mine.slice(1)) await trial.release(lease);
      checkEqual(await largest(), 2, 'of the second service');
    },
  ),

  law(
    'S16',
    'a lease that is overdue shows in the check that comes first, until it has ended',
    async (trial) => {
      await trial.create({ ttlMs: 60_000 });
      const { expireTime } = await trial.create({ ttlMs: 1_000 });
      checkEqual((await trial.store.stats()).nextCheckTime, expireTime, 'next check');
      await trial.elapse(900);
      await trial.time.advance(200);
      const { nextCheckTime = Infinity, now } = await trial.store.stats();
      check(nextCheckTime < now, 'the check is overdue');
      await trial.sweep();
      check(((await trial.store.stats()).nextCheckTime ?? 0) > now, 'the other lease comes first');
    },
  ),

  law('S16', 'refused commands count nothing', async (trial) => {
    const lease = await trial.createCollectable({ serviceId: 'service-a', maxActive: 1 });
    const before = await trial.store.stats();
    const stranger = { ...lease, serviceId: 'service-b' };
    const results = [
      await trial.tryCreate({ serviceId: 'service-a', maxActive: 1 }),
      await trial.tryCreate({ leaseId: lease.leaseId, ttlMs: 1 }),
      await trial.renew(stranger),
      await trial.release(stranger),
      await trial.renew({ ...lease, leaseId: trial.random.uuid() }),
    ];
    check(
      results.every(({ outcome }) => outcome === 'refused'),
      'all are refused',
    );
    checkEqual(await trial.store.stats(), before, 'the totals');
  }),
];
