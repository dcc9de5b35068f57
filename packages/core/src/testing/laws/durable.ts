import { httpCleanup } from '../builders.js';
import { check, checkEqual } from '../check.js';
import type { StoreLaw } from '../store-law.js';
import { law } from './law.js';
import { RandomRun } from './random-run.js';
import { checkRecount } from './recount.js';
import { checkRefused, done } from './trial.js';

const DAY_MS = 86_400_000;

export const durableLaws: readonly StoreLaw[] = [
  law('S11', 'leases read the same after a restart', async (trial) => {
    const leases = [
      await trial.createCollectable({ metadata: new Map([['__proto__', 'v']]) }),
      done(await trial.renew(await trial.create(), 60_000)),
      done(await trial.release(await trial.create())),
      await trial.fallDue(),
    ];
    await trial.reopen();
    for (const lease of leases) checkEqual(await trial.read(lease), lease, 'the lease');
    checkEqual((await trial.leases()).length, leases.length, 'leases listed');
  }),

  law('S11 S12', 'a create is recognised after a restart', async (trial) => {
    const command = trial.command({ cleanup: httpCleanup() });
    const lease = await trial.create(command);
    await trial.reopen();
    const again = await trial.tryCreate(command);
    check(again.outcome === 'done' && again.replayed, 'the same request is a replay');
    checkEqual(again.lease, lease, 'the lease');
    checkRefused(await trial.tryCreate({ leaseId: lease.leaseId, ttlMs: 1 }), 'LEASE_ID_TAKEN');
  }),

  law('S4 S11', 'no renewal succeeds after a restart if the lease had ended before', async (trial) => {
    const released = done(await trial.release(await trial.create()));
    const expired = await trial.expire(await trial.create({ ttlMs: 1_000 }));
    await trial.reopen();
    for (const lease of [released, expired]) checkRefused(await trial.renew(lease), 'LEASE_ENDED');
  }),

  law('S11', 'objects that share leases are still held by the others after a restart', async (trial) => {
    const object = trial.object();
    const first = await trial.createCollectable({ object });
    const second = await trial.create({ object });
    await trial.release(first);
    await trial.reopen();
    checkEqual(await trial.claim(), [], 'claims');
    await trial.release(second);
    checkEqual((await trial.claimOne()).leaseId, first.leaseId, 'the lease that gave the cleanup');
  }),

  law('S6 S11', 'due, backed-off and abandoned cleanups are still there after a restart', async (trial) => {
    const abandoned = await trial.fallAbandoned();
    await trial.fallDue();
    const backedOff = await trial.claimOne();
    await trial.settled(backedOff, { kind: 'retry', delayMs: 5_000 });
    const due = await trial.fallDue({
      cleanup: httpCleanup({ headers: new Map([['x', 'y']]), payload: 'p' }),
    });
    const before = await trial.cleanups();
    await trial.reopen();
    checkEqual(await trial.cleanups(), before, 'the cleanups');
    const claim = await trial.claimOne();
    checkEqual([claim.lastLeaseId, claim.spec.payload], [due.leaseId, 'p'], 'what is due');
    await trial.time.advance(5_000);
    checkEqual((await trial.claimOne()).cleanupId, backedOff.cleanupId, 'what is due after its backoff');
    checkEqual(
      await trial.store.retryCleanups([{ cleanupId: abandoned.cleanupId, delayMs: 0 }]),
      ['retried'],
      'answer to a retry',
    );
  }),

  law('S8 S11', 'a claim outlives a restart: it bars others, and its outcome is accepted', async (trial) => {
    const { object } = await trial.fallDue();
    const claim = await trial.claimOne();
    await trial.reopen();
    checkEqual(await trial.claim(), [], 'claims');
    checkRefused(await trial.tryCreate({ object }), 'OBJECT_BEING_COLLECTED');
    await trial.settled(claim, 'done');
    await trial.reopen();
    await trial.settled(claim, 'done');
    checkEqual((await trial.cleanup(claim)).state, 'COLLECTED', 'state');
    checkEqual((await trial.store.listAttempts(claim.cleanupId, 10)).length, 1, 'attempts');
  }),

  law('S1 S11', 'an attempt without an answer bars revival after a restart', async (trial) => {
    const { object } = await trial.fallDue();
    await trial.settled(await trial.claimOne(), { kind: 'retry', contact: 'unanswered' });
    await trial.reopen();
    checkRefused(await trial.tryCreate({ object }), 'OBJECT_BEING_COLLECTED');
  }),

  law('S3 S11', 'budget and lost claims are remembered across restarts', async (trial) => {
    await trial.fallDue({ cleanup: httpCleanup({ retry: { maxAttempts: 2 } }) });
    for (let losses = 0; losses < 15; losses++) {
      await trial.claimOne({ claimMs: 1_000 });
      await trial.time.advance(1_000);
      if (losses % 5 === 4) await trial.reopen();
    }
    await trial.settled(await trial.claimOne(), { kind: 'retry' });
    await trial.reopen();
    const last = await trial.claimOne({ claimMs: 1_000 });
    checkEqual(last.attempt, 17, 'attempt');
    await trial.settled(last, { kind: 'retry' });
    checkEqual((await trial.cleanup(last)).state, 'ABANDONED', 'state after the second answered attempt');
  }),

  law('S10 S11', 'quotas count the leases of before the restart', async (trial) => {
    await trial.create({ maxActive: 2 });
    await trial.create({ maxActive: 2 });
    await trial.reopen();
    checkRefused(await trial.tryCreate({ maxActive: 2 }), 'LEASE_QUOTA_EXCEEDED');
  }),

  law(
    'S8 S11',
    'fences and generations go on growing after a restart with a clock set back',
    async (trial) => {
      const { generation } = await trial.fallDue();
      const { fence } = await trial.claimOne();
      await trial.time.stepWall(-DAY_MS);
      await trial.reopen();
      const next = await trial.fallDue();
      const claim = await trial.claimOne();
      check(next.generation > fence && fence > generation, 'the generation grows');
      check(claim.fence > next.generation, 'the fence grows');
    },
  ),

  law('S8 S11', 'fences go on growing after a prune and a restart', async (trial) => {
    await trial.fallDue();
    const { fence, ...claim } = await trial.claimOne();
    await trial.settled({ ...claim, fence }, 'done');
    await trial.time.advance(DAY_MS);
    while (
      (
        await trial.store.prune({
          endedLeasesOlderThanMs: 3_600_000,
          finishedCleanupsOlderThanMs: 0,
          limit: 10,
        })
      ).more
    );
    await trial.time.stepWall(-2 * DAY_MS);
    await trial.reopen();
    const { generation } = await trial.create({ object: claim.object });
    check(generation > fence, 'what is drawn grows');
  }),

  law('S6 S11 S16', 'totals agree with a recount through a long random run with restarts', async (trial) => {
    const run = new RandomRun(trial);
    for (let steps = 1; steps <= 400; steps++) {
      await run.step();
      if (steps % 40 !== 0) continue;
      const { now: before, ...stats } = await trial.store.stats();
      await trial.reopen();
      checkEqual(await trial.store.stats(), { ...stats, now: before }, 'totals after a restart');
      await checkRecount(trial);
    }
  }),

  law('S11', 'the history of a finished cleanup reads the same after a restart', async (trial) => {
    await trial.fallDue();
    await trial.settled(await trial.claimOne(), { kind: 'retry' });
    const claim = await trial.claimOne();
    await trial.settled(claim, 'done');
    const before = [await trial.cleanup(claim), await trial.store.listAttempts(claim.cleanupId, 10)];
    await trial.reopen();
    checkEqual(
      [await trial.cleanup(claim), await trial.store.listAttempts(claim.cleanupId, 10)],
      before,
      'the cleanup and its attempts',
    );
  }),
];
