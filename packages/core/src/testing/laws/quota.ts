import { httpCleanup } from '../builders.js';
import { checkEqual } from '../check.js';
import type { StoreLaw } from '../store-law.js';
import { law } from './law.js';
import { checkRefused } from './trial.js';

export const quotaLaws: readonly StoreLaw[] = [
  law('S10', 'a service takes as many leases as its quota, and not one more', async (trial) => {
    for (let leases = 0; leases < 3; leases++) await trial.create({ maxActive: 3 });
    const refused = trial.command({ maxActive: 3, cleanup: httpCleanup() });
    checkRefused(await trial.tryCreate(refused), 'LEASE_QUOTA_EXCEEDED');
    const { leases, heldObjects } = await trial.store.stats();
    checkEqual([leases.created, leases.active, heldObjects], [3, 3, 3], 'created, active, held objects');
  }),

  law('S10', 'each service has a quota of its own', async (trial) => {
    await trial.create({ serviceId: 'service-a', maxActive: 1 });
    await trial.create({ serviceId: 'service-b', maxActive: 1 });
    checkRefused(await trial.tryCreate({ serviceId: 'service-a', maxActive: 1 }), 'LEASE_QUOTA_EXCEEDED');
  }),

  law('S10', 'a release gives the place back, once', async (trial) => {
    const lease = await trial.create({ maxActive: 1 });
    await trial.release(lease);
    await trial.release(lease);
    await trial.create({ maxActive: 1 });
    checkRefused(await trial.tryCreate({ maxActive: 1 }), 'LEASE_QUOTA_EXCEEDED');
  }),

  law('S10', 'an expiry gives the place back; being overdue does not', async (trial) => {
    const lease = await trial.create({ ttlMs: 1_000, maxActive: 1 });
    await trial.elapse(900);
    await trial.time.advance(200);
    checkRefused(await trial.tryCreate({ maxActive: 1 }), 'LEASE_QUOTA_EXCEEDED');
    await trial.sweep();
    checkEqual((await trial.read(lease)).state, 'EXPIRED', 'state');
    await trial.create({ maxActive: 1 });
  }),

  law('S10 R10', 'creates sent at once never exceed the quota together', async (trial) => {
    const results = await Promise.all(Array.from({ length: 12 }, () => trial.tryCreate({ maxActive: 5 })));
    checkEqual(results.filter(({ outcome }) => outcome === 'done').length, 5, 'leases taken');
    checkEqual((await trial.store.stats()).leases.active, 5, 'active leases');
  }),

  law('S10', 'a batch takes what the quota allows, in its order', async (trial) => {
    const results = await trial.store.create(
      Array.from({ length: 5 }, () => trial.command({ maxActive: 3 })),
    );
    checkEqual(
      results.map((result) => (result.outcome === 'refused' ? result.reason : result.outcome)),
      ['done', 'done', 'done', 'LEASE_QUOTA_EXCEEDED', 'LEASE_QUOTA_EXCEEDED'],
      'answers',
    );
  }),

  law('S10', 'a quota refusal does not revive: the pending run stays', async (trial) => {
    const { object } = await trial.fallDue({ serviceId: 'service-a' });
    await trial.create({ serviceId: 'service-b', maxActive: 1 });
    checkRefused(
      await trial.tryCreate({ object, serviceId: 'service-b', maxActive: 1 }),
      'LEASE_QUOTA_EXCEEDED',
    );
    checkEqual((await trial.claim()).length, 1, 'claims');
  }),

  law('S10', 'a renewal needs no place', async (trial) => {
    const lease = await trial.create({ maxActive: 1 });
    checkEqual((await trial.renew(lease)).outcome, 'done', 'answer');
  }),
];
