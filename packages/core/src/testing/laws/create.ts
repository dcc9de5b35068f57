import { check, checkEqual } from '../check.js';
import type { StoreLaw } from '../store-law.js';
import { law } from './law.js';

export const createLaws: readonly StoreLaw[] = [
  law('S3', "a new lease is active and lasts its ttl by the store's clock", async (trial) => {
    const command = trial.command({ ttlMs: 7_500, serviceId: 'service-b', metadata: new Map([['k', 'v']]) });
    const before = await trial.now();
    const { generation, ...lease } = await trial.create(command);
    checkEqual(
      lease,
      {
        leaseId: command.leaseId,
        object: command.object,
        serviceId: 'service-b',
        state: 'ACTIVE',
        ttlMs: 7_500,
        createTime: before,
        expireTime: before + 7_500,
        renewTime: before,
        renewalCount: 0,
        metadata: new Map([['k', 'v']]),
        hasCleanup: false,
        revived: false,
        priorAttempts: 0,
      },
      'the lease',
    );
    check(Number.isSafeInteger(generation) && generation > 0, 'a generation is a positive safe integer');
  }),

  law('S3', 'a lease reads back as it was answered', async (trial) => {
    const lease = await trial.createCollectable({ metadata: new Map([['k', 'v']]) });
    const { lease: read, now } = await trial.store.get(lease.leaseId);
    checkEqual(read, lease, 'the lease');
    checkEqual(now, lease.createTime, 'the time of the reading');
  }),

  law('S3', "an unknown lease reads as absent, with the store's time", async (trial) => {
    const { lease, now } = await trial.store.get(trial.random.uuid());
    checkEqual(lease, undefined, 'the lease');
    check(Number.isSafeInteger(now), 'the time of the reading is an instant');
    checkEqual(now, await trial.now(), 'the time of the reading');
  }),

  law('S3', 'leases on one object at one time share its generation', async (trial) => {
    const object = trial.object();
    const first = await trial.create({ object });
    const second = await trial.create({ object, serviceId: 'service-b' });
    checkEqual(second.generation, first.generation, 'generation');
    checkEqual(second.revived, false, 'revived');
  }),

  law('S3', 'the next life of an object has a larger generation', async (trial) => {
    const object = trial.object();
    const first = await trial.create({ object });
    await trial.release(first);
    const second = await trial.create({ object });
    check(second.generation > first.generation, 'the generation grows');
    checkEqual(second.revived, false, 'revived');
  }),

  law('S6', 'an object without a cleanup is dropped when its last lease ends', async (trial) => {
    await trial.release(await trial.create());
    await trial.expire(await trial.create({ ttlMs: 1_000 }));
    checkEqual(await trial.claim(), [], 'claims');
    checkEqual(await trial.cleanups(), [], 'cleanups');
    const { cleanups, heldObjects } = await trial.store.stats();
    checkEqual(cleanups.ended, 0, 'lives that ended with a cleanup');
    checkEqual(heldObjects, 0, 'held objects');
  }),

  law('S3', 'has_cleanup tells which lease brought one, not whether the object has one', async (trial) => {
    const object = trial.object();
    const without = await trial.create({ object });
    const bringer = await trial.createCollectable({ object });
    checkEqual((await trial.read(without)).hasCleanup, false, 'has_cleanup of the first');
    checkEqual((await trial.read(bringer)).hasCleanup, true, 'has_cleanup of the second');
  }),

  law(
    'S6',
    'a cleanup that a later lease brings runs when the last lease ends, whoever holds that',
    async (trial) => {
      const object = trial.object();
      const first = await trial.create({ object, serviceId: 'service-a' });
      const bringer = await trial.createCollectable({ object, serviceId: 'service-b' });
      await trial.release(bringer);
      checkEqual(await trial.claim(), [], 'claims while it is held');
      await trial.release(first);
      const claim = await trial.claimOne();
      checkEqual(claim.leaseId, bringer.leaseId, 'the lease that gave the cleanup');
      checkEqual(claim.serviceId, 'service-b', 'its owner');
      checkEqual(claim.lastLeaseId, first.leaseId, 'the last lease');
    },
  ),

  law('S3', 'an answer is a copy: it does not change when the lease does', async (trial) => {
    const lease = await trial.create();
    await trial.time.advance(100);
    await trial.renew(lease);
    await trial.release(lease);
    checkEqual([lease.state, lease.renewalCount], ['ACTIVE', 0], 'the answer to create');
  }),
];
