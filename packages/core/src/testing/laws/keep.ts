import { httpCleanup } from '../builders.js';
import { checkEqual } from '../check.js';
import type { StoreLaw } from '../store-law.js';
import { law } from './law.js';
import { checkRefused, done } from './trial.js';

export const keepLaws: readonly StoreLaw[] = [
  law('S6', 'KEEP of the last lease: the cleanup never runs, the life counts as kept', async (trial) => {
    const lease = await trial.createCollectable();
    checkEqual(done(await trial.release(lease, 'KEEP')).disposition, 'KEEP', 'disposition');
    checkEqual(await trial.claim(), [], 'claims');
    const { cleanups, heldObjects } = await trial.store.stats();
    checkEqual(
      [cleanups.ended, cleanups.kept, cleanups.open, heldObjects],
      [1, 1, 0, 0],
      'ended, kept, open, held',
    );
  }),

  law('S6', "KEEP clears the cleanup for all holders: the others' end makes nothing due", async (trial) => {
    const object = trial.object();
    const owner = await trial.createCollectable({ object });
    const released = await trial.create({ object, serviceId: 'service-b' });
    const expiring = await trial.create({ object, serviceId: 'service-c', ttlMs: 1_000 });
    await trial.release(owner, 'KEEP');
    await trial.release(released, 'COLLECT');
    await trial.expire(expiring);
    checkEqual(await trial.claim(), [], 'claims');
    const { ended, open } = (await trial.store.stats()).cleanups;
    checkEqual([ended, open], [0, 0], 'lives that had a cleanup at their end, open');
  }),

  law(
    'S3',
    'KEEP by a service that does not own the cleanup is refused; its lease stays active',
    async (trial) => {
      const object = trial.object();
      const owner = await trial.createCollectable({ object, serviceId: 'service-a' });
      const guest = await trial.create({ object, serviceId: 'service-b' });
      checkRefused(await trial.release(guest, 'KEEP'), 'CLEANUP_OWNED');
      checkEqual(await trial.read(guest), guest, 'the lease');
      await trial.release(owner);
      checkEqual(await trial.claim(), [], 'claims while the guest holds');
      await trial.release(guest);
      checkEqual((await trial.claimOne()).serviceId, 'service-a', 'owner');
    },
  ),

  law(
    'S3',
    'an equal spec makes no owner: KEEP by the service that gave it second is refused',
    async (trial) => {
      const object = trial.object();
      const cleanup = httpCleanup();
      await trial.create({ object, cleanup, serviceId: 'service-a' });
      const second = await trial.create({ object, cleanup, serviceId: 'service-b' });
      checkRefused(await trial.release(second, 'KEEP'), 'CLEANUP_OWNED');
    },
  ),

  law('S3', 'the owner may KEEP by any of its leases, also one without the cleanup', async (trial) => {
    const object = trial.object();
    const bringer = await trial.createCollectable({ object });
    const plain = await trial.create({ object });
    await trial.release(bringer);
    await trial.release(plain, 'KEEP');
    checkEqual(await trial.claim(), [], 'claims');
    checkEqual((await trial.store.stats()).cleanups.kept, 1, 'kept');
  }),

  law('S3', 'KEEP where there is no cleanup is a plain release, for any service', async (trial) => {
    const object = trial.object();
    const first = await trial.create({ object, serviceId: 'service-a' });
    const second = await trial.create({ object, serviceId: 'service-b' });
    for (const lease of [second, first]) {
      const { state, disposition } = done(await trial.release(lease, 'KEEP'));
      checkEqual([state, disposition], ['RELEASED', 'KEEP'], 'state, disposition');
    }
    const { ended, kept } = (await trial.store.stats()).cleanups;
    checkEqual([ended, kept], [0, 0], 'lives that had a cleanup at their end, kept');
  }),

  law('S3', 'after KEEP the object has no owner: another service may give a cleanup', async (trial) => {
    const object = trial.object();
    const keeper = await trial.createCollectable({ object, serviceId: 'service-a' });
    const other = await trial.create({ object, serviceId: 'service-b' });
    await trial.release(keeper, 'KEEP');
    const cleanup = httpCleanup({ payload: 'of service-b' });
    const bringer = await trial.create({ object, cleanup, serviceId: 'service-b' });
    await trial.release(other);
    await trial.release(bringer);
    const claim = await trial.claimOne();
    checkEqual([claim.serviceId, claim.spec.payload], ['service-b', 'of service-b'], 'owner, payload');
  }),

  law('S3', "KEEP again gets the same answer and leaves a later life's cleanup alone", async (trial) => {
    const object = trial.object();
    const lease = await trial.createCollectable({ object });
    const kept = done(await trial.release(lease, 'KEEP'));
    const next = await trial.createCollectable({ object });
    checkEqual(done(await trial.release(lease, 'KEEP')), kept, 'the lease');
    await trial.release(next);
    checkEqual((await trial.claim()).length, 1, 'claims');
    checkEqual((await trial.store.stats()).cleanups.kept, 1, 'kept');
  }),
];
