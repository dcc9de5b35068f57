import { httpCleanup } from '../builders.js';
import { check, checkEqual } from '../check.js';
import type { StoreLaw } from '../store-law.js';
import { law } from './law.js';
import { together } from './together.js';
import { checkRefused, done } from './trial.js';

export const revivalLaws: readonly StoreLaw[] = [
  law(
    'S1',
    'a create on a due object revives it: a new life, and the pending run is withdrawn',
    async (trial) => {
      const first = await trial.fallDue();
      const [pending] = await trial.cleanups();
      check(pending?.state === 'DUE', 'the object is due');
      const { revived, priorAttempts, generation } = await trial.create({ object: first.object });
      checkEqual([revived, priorAttempts], [true, 0], 'revived, prior attempts');
      check(generation > first.generation, 'the generation grows');
      checkEqual(await trial.claim(), [], 'claims');
      checkEqual((await trial.cleanup(pending)).state, 'REVIVED', 'state of the withdrawn cleanup');
      const { ended, open, revived: withdrawn } = (await trial.store.stats()).cleanups;
      checkEqual([ended, open, withdrawn], [1, 0, 1], 'ended, open, revived');
    },
  ),

  law('S6 S7', 'the cleanup and its owner stay with a revived object', async (trial) => {
    const object = trial.object();
    const cleanup = httpCleanup({ payload: 'frozen' });
    const metadata = new Map([['k', 'of the giver']]);
    const giver = await trial.create({ object, cleanup, metadata, serviceId: 'service-a' });
    await trial.release(giver);
    const withdrawn = (await trial.cleanups())[0];
    const reviver = await trial.create({ object, serviceId: 'service-b' });
    await trial.release(reviver);
    const claim = await trial.claimOne();
    const { leaseId, serviceId, metadata: carried, spec, lastLeaseId, generation } = claim;
    checkEqual(
      { leaseId, serviceId, carried, spec, lastLeaseId, generation },
      {
        leaseId: giver.leaseId,
        serviceId: 'service-a',
        carried: metadata,
        spec: cleanup,
        lastLeaseId: reviver.leaseId,
        generation: reviver.generation,
      },
      'the claim of the second life',
    );
    check(claim.cleanupId !== withdrawn?.cleanupId, 'another life has another cleanup_id');
  }),

  law('S1', 'a revived lease tells of the answered attempts before it', async (trial) => {
    const { object } = await trial.fallDue();
    for (let attempts = 0; attempts < 2; attempts++) {
      await trial.settled(await trial.claimOne(), { kind: 'retry', contact: 'answered' });
    }
    const lease = await trial.create({ object });
    checkEqual([lease.revived, lease.priorAttempts], [true, 2], 'revived, prior attempts');
    checkEqual(await trial.read(lease), lease, 'the lease that is read');
  }),

  law('S1', 'attempts that reached nobody are no prior attempts: the object is whole', async (trial) => {
    const { object } = await trial.fallDue();
    await trial.settled(await trial.claimOne(), { kind: 'retry', contact: 'unreached' });
    await trial.settled(await trial.claimOne(), 'unstarted');
    const lease = await trial.create({ object });
    checkEqual([lease.revived, lease.priorAttempts], [true, 0], 'revived, prior attempts');
  }),

  law('S3', 'a create on an abandoned object revives it', async (trial) => {
    const claim = await trial.fallAbandoned();
    const lease = await trial.create({ object: claim.object });
    checkEqual([lease.revived, lease.priorAttempts], [true, 1], 'revived, prior attempts');
    checkEqual((await trial.cleanup(claim)).state, 'REVIVED', 'state of the withdrawn cleanup');
    const { ended, abandoned, revived } = (await trial.store.stats()).cleanups;
    checkEqual([ended, abandoned, revived], [1, 0, 1], 'ended, abandoned, revived');
    await trial.release(lease);
    checkEqual((await trial.claimOne()).attempt, 1, 'the new life starts afresh');
  }),

  law(
    'S1',
    'a create on a claimed object is refused, says when to try again, and changes nothing',
    async (trial) => {
      const { object } = await trial.fallDue();
      const claim = await trial.claimOne();
      const command = trial.command({ object, maxActive: 1 });
      const result = await trial.tryCreate(command);
      checkRefused(result, 'OBJECT_BEING_COLLECTED');
      check(
        result.outcome === 'refused' && (result.retryAfterMs ?? 0) > 0,
        'the refusal says when to try again',
      );
      checkEqual((await trial.store.get(command.leaseId)).lease, undefined, 'the lease');
      await trial.settled(claim, 'done');
      const lease = await trial.create(command);
      checkEqual([lease.revived, lease.priorAttempts], [false, 0], 'revived, prior attempts of a new life');
      check(lease.generation > claim.generation, 'the generation grows');
    },
  ),

  law('S1 R6', 'a create and a claim sent at once never both succeed', async (trial) => {
    for (const claimFirst of [false, true]) {
      const { object } = await trial.fallDue();
      const [created, claims] = await together(
        () => trial.tryCreate({ object }),
        () => trial.claim(),
        claimFirst,
      );
      checkEqual(
        claims.length,
        created.outcome === 'done' ? 0 : 1,
        `claims when the create is ${created.outcome}`,
      );
      for (const lost of claims) await trial.settled(lost, 'done');
      if (created.outcome === 'done') await trial.release(created.lease, 'KEEP');
    }
  }),

  law('S1', 'a collected object starts a new life, without its old cleanup', async (trial) => {
    const { object, generation } = await trial.fallDue();
    await trial.settled(await trial.claimOne(), 'done');
    const lease = await trial.create({ object });
    checkEqual([lease.revived, lease.priorAttempts], [false, 0], 'revived, prior attempts');
    check(lease.generation > generation, 'the generation grows');
    await trial.release(lease);
    checkEqual(await trial.claim(), [], 'claims');
  }),

  law('S1', 'only the lease that withdrew the run says revived', async (trial) => {
    const { object } = await trial.fallDue();
    const reviver = await trial.create({ object });
    const second = await trial.create({ object });
    checkEqual([second.revived, second.priorAttempts], [false, 0], 'revived, prior attempts of the second');
    checkEqual(second.generation, reviver.generation, 'generation');
  }),

  law('S1', 'an attempt that was given back unstarted leaves the object revivable', async (trial) => {
    const { object } = await trial.fallDue();
    await trial.settled(await trial.claimOne(), 'unstarted');
    checkEqual((await trial.create({ object })).revived, true, 'revived');
  }),

  law('S8', 'an outcome for a withdrawn run is stale and does not touch the new life', async (trial) => {
    const { object } = await trial.fallDue();
    const claim = await trial.claimOne();
    await trial.settled(claim, { kind: 'retry', contact: 'answered' });
    const lease = await trial.create({ object });
    checkEqual(await trial.settle(claim, 'done'), 'stale', 'answer');
    checkEqual(done(await trial.renew(lease)).state, 'ACTIVE', 'state of the new lease');
    await trial.release(lease);
    checkEqual((await trial.claim()).length, 1, 'claims');
  }),

  law('S6', 'an object may be revived again and again; every life is counted once', async (trial) => {
    let { object, generation } = await trial.fallDue();
    for (let lives = 1; lives <= 5; lives++) {
      const lease = await trial.create({ object });
      check(
        lease.revived && lease.generation > generation,
        'each life is a revival with a larger generation',
      );
      ({ object, generation } = done(await trial.release(lease)));
    }
    const { ended, revived, open } = (await trial.store.stats()).cleanups;
    checkEqual([ended, revived, open], [6, 5, 1], 'ended, revived, open');
  }),
];
