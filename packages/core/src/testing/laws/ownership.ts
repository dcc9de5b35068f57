import { httpCleanup } from '../builders.js';
import { checkEqual } from '../check.js';
import type { StoreLaw } from '../store-law.js';
import { law } from './law.js';
import { checkRefused } from './trial.js';

const ONE = httpCleanup({ payload: 'one' });
const TWO = httpCleanup({ payload: 'two' });

export const ownershipLaws: readonly StoreLaw[] = [
  law('S6', "another service's different cleanup is refused and changes nothing", async (trial) => {
    const object = trial.object();
    const owner = await trial.create({ object, cleanup: ONE, serviceId: 'service-a' });
    const refused = trial.command({ object, cleanup: TWO, serviceId: 'service-b', maxActive: 1 });
    checkRefused(await trial.tryCreate(refused), 'CLEANUP_OWNED');
    checkEqual((await trial.store.get(refused.leaseId)).lease, undefined, 'the refused lease');
    await trial.create({ serviceId: 'service-b', maxActive: 1 });
    await trial.release(owner);
    checkEqual((await trial.claimOne()).spec, ONE, 'the cleanup');
  }),

  law('S6', "another service's equal cleanup is accepted; the first owner keeps it", async (trial) => {
    const object = trial.object();
    const metadata = new Map([['k', 'of the owner']]);
    const owner = await trial.create({ object, cleanup: ONE, metadata, serviceId: 'service-a' });
    const second = await trial.create({ object, cleanup: ONE, serviceId: 'service-b' });
    checkEqual(second.hasCleanup, true, 'has_cleanup');
    await trial.release(owner);
    await trial.release(second);
    const claim = await trial.claimOne();
    checkEqual(
      [claim.leaseId, claim.serviceId, claim.metadata],
      [owner.leaseId, 'service-a', metadata],
      'giver, owner, metadata',
    );
  }),

  law('S6', 'the owner may replace its cleanup while the object is held', async (trial) => {
    const object = trial.object();
    const first = await trial.create({ object, cleanup: ONE });
    const metadata = new Map([['k', 'of the replacement']]);
    const second = await trial.create({ object, cleanup: TWO, metadata });
    await trial.release(second);
    await trial.release(first);
    const claim = await trial.claimOne();
    checkEqual(
      [claim.leaseId, claim.spec, claim.metadata],
      [second.leaseId, TWO, metadata],
      'giver, spec, metadata',
    );
  }),

  law('S6', 'a lease without a cleanup changes nothing about the one there is', async (trial) => {
    const object = trial.object();
    const owner = await trial.create({ object, cleanup: ONE, serviceId: 'service-a' });
    const plain = await trial.create({ object, serviceId: 'service-a' });
    await trial.release(owner);
    await trial.release(plain);
    checkEqual((await trial.claimOne()).spec, ONE, 'the cleanup');
  }),

  law('S6', "the owner's end does not free the cleanup: the life goes on", async (trial) => {
    const object = trial.object();
    const owner = await trial.create({ object, cleanup: ONE, serviceId: 'service-a' });
    await trial.create({ object, serviceId: 'service-b' });
    await trial.release(owner);
    checkRefused(await trial.tryCreate({ object, cleanup: TWO, serviceId: 'service-b' }), 'CLEANUP_OWNED');
  }),

  law('S6', "a new life after a collection is anybody's", async (trial) => {
    const { object } = await trial.fallDue({ cleanup: ONE, serviceId: 'service-a' });
    await trial.settled(await trial.claimOne(), 'done');
    await trial.fallDue({ object, cleanup: TWO, serviceId: 'service-b' });
    const { serviceId, spec } = await trial.claimOne();
    checkEqual([serviceId, spec], ['service-b', TWO], 'owner, cleanup');
  }),

  law(
    'S6',
    'ownership survives revival: a different cleanup is refused, the run is not withdrawn',
    async (trial) => {
      const { object } = await trial.fallDue({ cleanup: ONE, serviceId: 'service-a' });
      checkRefused(await trial.tryCreate({ object, cleanup: TWO, serviceId: 'service-b' }), 'CLEANUP_OWNED');
      checkEqual((await trial.store.stats()).cleanups.revived, 0, 'revived');
      checkEqual((await trial.claimOne()).spec, ONE, 'the cleanup');
    },
  ),

  law('S6', 'the owner may replace its cleanup when it revives the object', async (trial) => {
    const { object } = await trial.fallDue({ cleanup: ONE, serviceId: 'service-a' });
    await trial.fallDue({ object, cleanup: TWO, serviceId: 'service-a' });
    checkEqual((await trial.claimOne()).spec, TWO, 'the cleanup');
  }),
];
