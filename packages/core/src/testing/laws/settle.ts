import { check, checkEqual, present } from '../check.js';
import type { StoreLaw } from '../store-law.js';
import { law } from './law.js';
import { one, outcomeOf } from './trial.js';

export const settleLaws: readonly StoreLaw[] = [
  law('S6', 'done: the object is collected and gone', async (trial) => {
    await trial.fallDue();
    const claim = await trial.claimOne();
    await trial.time.advance(200);
    await trial.settled(claim, 'done');
    const { state, attempts, endTime, nextAttemptTime, claimant } = await trial.cleanup(claim);
    checkEqual(
      { state, attempts, endTime, nextAttemptTime, claimant },
      { state: 'COLLECTED', attempts: 1, endTime: await trial.now() },
      'the cleanup',
    );
    const { cleanups, attempts: totals } = await trial.store.stats();
    checkEqual([cleanups.collected, cleanups.open, totals.done], [1, 0, 1], 'collected, open, done');
  }),

  law('S9', 'a collected object is never claimed again', async (trial) => {
    await trial.fallDue();
    await trial.settled(await trial.claimOne({ claimMs: 1_000 }), 'done');
    await trial.elapse(5_000);
    checkEqual(await trial.claim(), [], 'claims');
  }),

  law('S6', 'retry: due again after the delay, one attempt spent', async (trial) => {
    await trial.fallDue();
    const claim = await trial.claimOne();
    await trial.settled(claim, { kind: 'retry', delayMs: 4_000 });
    const { state, nextAttemptTime, fence, claimant } = await trial.cleanup(claim);
    checkEqual(
      { state, nextAttemptTime, fence, claimant },
      { state: 'DUE', nextAttemptTime: (await trial.now()) + 4_000 },
      'the cleanup',
    );
    checkEqual((await trial.store.stats()).attempts.retried, 1, 'retried');
  }),

  law('S3', 'fail: abandoned at once, with its reason, visible and counted', async (trial) => {
    await trial.fallDue();
    const claim = await trial.claimOne();
    await trial.settled(claim, { kind: 'fail', abandonReason: 'TARGET_FORBIDDEN' });
    const { state, abandonReason, endTime } = await trial.cleanup(claim);
    checkEqual(
      [state, abandonReason, endTime],
      ['ABANDONED', 'TARGET_FORBIDDEN', await trial.now()],
      'state, reason, end',
    );
    checkEqual((await trial.cleanups({ state: 'ABANDONED' })).length, 1, 'abandoned cleanups listed');
    const { cleanups, attempts } = await trial.store.stats();
    checkEqual([cleanups.abandoned, cleanups.open, attempts.failed], [1, 0, 1], 'abandoned, open, failed');
    await trial.elapse(60_000);
    checkEqual(await trial.claim(), [], 'claims');
  }),

  law('S9', 'unstarted: given back at once, with its attempt number', async (trial) => {
    await trial.fallDue();
    const claim = await trial.claimOne({ claimant: 'claimant-a' });
    await trial.settled(claim, 'unstarted');
    const { state, attempts } = await trial.cleanup(claim);
    checkEqual([state, attempts], ['DUE', 0], 'state, attempts');
    const next = await trial.claimOne({ claimant: 'claimant-b' });
    checkEqual([next.cleanupId, next.attempt], [claim.cleanupId, 1], 'cleanup_id, attempt');
    check(next.fence > claim.fence, 'the fence grows');
    checkEqual((await trial.store.stats()).attempts.unstarted, 1, 'unstarted');
  }),

  ...(['done', 'unstarted', { kind: 'retry' }, { kind: 'fail' }] as const).map((outcome) =>
    law(
      'S8',
      `${typeof outcome === 'string' ? outcome : outcome.kind} told twice is settled twice and counts once`,
      async (trial) => {
        await trial.fallDue();
        const claim = await trial.claimOne();
        await trial.settled(claim, outcome);
        const before = [await trial.cleanup(claim), await trial.store.stats()];
        await trial.settled(claim, outcome);
        checkEqual(
          [await trial.cleanup(claim), await trial.store.stats()],
          before,
          'the cleanup and the totals',
        );
        checkEqual(
          (await trial.store.listAttempts(claim.cleanupId, 10)).length,
          1,
          'attempts in the history',
        );
      },
    ),
  ),

  law(
    'S8',
    'an outcome told again after the next claim is settled still, and does not touch that claim',
    async (trial) => {
      await trial.fallDue();
      const first = await trial.claimOne();
      await trial.settled(first, { kind: 'retry' });
      const second = await trial.claimOne();
      await trial.settled(first, { kind: 'retry' });
      const { state, fence } = await trial.cleanup(second);
      checkEqual([state, fence], ['CLAIMED', second.fence], 'state, fence');
    },
  ),

  law('S8', 'a second, different outcome under one fence is stale', async (trial) => {
    await trial.fallDue();
    const claim = await trial.claimOne();
    await trial.settled(claim, 'done');
    checkEqual(await trial.settle(claim, { kind: 'fail' }), 'stale', 'answer');
    checkEqual((await trial.cleanup(claim)).state, 'COLLECTED', 'state');
    checkEqual((await trial.store.stats()).attempts.stale, 1, 'stale outcomes');
  }),

  law(
    'S8 R8',
    'an outcome with a fence of another cleanup, or with none that was ever drawn, is stale',
    async (trial) => {
      await trial.fallDue();
      await trial.fallDue();
      const [one, other] = await trial.claim();
      check(one !== undefined && other !== undefined, 'two claims');
      const impostors = [
        { ...one, fence: other.fence },
        { ...one, fence: one.fence + 1_000_000 },
        { ...one, fence: 1 },
        { ...one, cleanupId: other.cleanupId },
        { ...one, cleanupId: trial.random.uuid() },
        { ...one, object: trial.object(), cleanupId: trial.random.uuid() },
      ];
      for (const impostor of impostors) checkEqual(await trial.settle(impostor, 'done'), 'stale', 'answer');
      checkEqual((await trial.cleanups({ state: 'CLAIMED' })).length, 2, 'claims that still stand');
    },
  ),

  law('S6', 'the history tells every attempt in order, with what was reported', async (trial) => {
    await trial.fallDue();
    const first = await trial.claimOne({ claimant: 'claimant-a' });
    const claimTime = await trial.now();
    await trial.time.advance(150);
    const report = { durationMs: 120.5, statusCode: 503, detail: 'busy' };
    await trial.store.settleCleanups([{ ...outcomeOf(first, { kind: 'retry' }), ...report }]);
    const second = await trial.claimOne({ claimant: 'claimant-b' });
    await trial.settled(second, 'done');
    const [one, two, ...more] = await trial.store.listAttempts(first.cleanupId, 10);
    checkEqual(
      one,
      {
        cleanupId: first.cleanupId,
        attempt: 1,
        fence: first.fence,
        claimant: 'claimant-a',
        outcome: 'RETRY',
        claimTime,
        settleTime: claimTime + 150,
        ...report,
      },
      'the first attempt',
    );
    const { attempt, outcome, claimant } = present(two, 'the second attempt');
    checkEqual([attempt, outcome, claimant], [2, 'DONE', 'claimant-b'], 'attempt, outcome, claimant');
    checkEqual(more, [], 'further attempts');
  }),

  law('S6', 'of a long history the last attempts are listed', async (trial) => {
    await trial.fallDue();
    const claims = [];
    for (let attempts = 0; attempts < 5; attempts++) {
      const claim = await trial.claimOne();
      await trial.settled(claim, { kind: 'retry' });
      claims.push(claim);
    }
    const listed = await trial.store.listAttempts(one(claims.slice(0, 1)).cleanupId, 2);
    checkEqual(
      listed.map(({ attempt }) => attempt),
      [4, 5],
      'attempts',
    );
    checkEqual(await trial.store.listAttempts(trial.random.uuid(), 2), [], 'attempts of an unknown cleanup');
  }),

  law('S3', 'what the last attempt left behind is shown with the cleanup', async (trial) => {
    await trial.fallDue();
    const claim = await trial.claimOne();
    const outcome = { ...outcomeOf(claim, { kind: 'fail' }), statusCode: 403, detail: 'not yours' };
    await trial.store.settleCleanups([outcome]);
    checkEqual((await trial.cleanup(claim)).lastDetail, 'not yours', 'last detail');
  }),
];
