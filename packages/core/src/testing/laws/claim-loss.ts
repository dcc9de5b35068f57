import { check, checkEqual } from '../check.js';
import type { StoreLaw } from '../store-law.js';
import { law } from './law.js';
import { one, type Trial } from './trial.js';

const CLAIM_MS = 1_000;
const LOSSES_TO_ABANDON = 16;

/** Claims the only due cleanup and lets the claim run out. */
async function loseClaim(trial: Trial, claimant = 'claimant-a') {
  const claim = await trial.claimOne({ claimMs: CLAIM_MS, claimant });
  await trial.time.advance(CLAIM_MS);
  return claim;
}

export const claimLossLaws: readonly StoreLaw[] = [
  law('L2', 'a claim that ran out is taken over, under a new fence, as the next attempt', async (trial) => {
    await trial.fallDue();
    const lost = await loseClaim(trial, 'claimant-a');
    const claim = await trial.claimOne({ claimant: 'claimant-b' });
    checkEqual([claim.cleanupId, claim.attempt], [lost.cleanupId, 2], 'cleanup_id, attempt');
    check(claim.fence > lost.fence, 'the fence grows');
  }),

  law('S6', 'a lost claim stands in the history as LOST', async (trial) => {
    await trial.fallDue();
    const claimTime = await trial.now();
    const lost = await loseClaim(trial, 'claimant-a');
    await trial.claimOne({ claimant: 'claimant-b' });
    const { cleanupId, fence } = lost;
    checkEqual(
      one(await trial.store.listAttempts(cleanupId, 10)),
      {
        cleanupId,
        fence,
        attempt: 1,
        claimant: 'claimant-a',
        outcome: 'LOST',
        claimTime,
        settleTime: claimTime + CLAIM_MS,
      },
      'the attempt',
    );
    checkEqual((await trial.store.stats()).attempts.lost, 1, 'lost attempts');
  }),

  law('S8 R8', 'the outcome of a claimant that lost its claim is stale, whatever it is', async (trial) => {
    await trial.fallDue();
    const lost = await loseClaim(trial, 'claimant-a');
    const claim = await trial.claimOne({ claimant: 'claimant-b' });
    for (const outcome of ['done', 'unstarted', { kind: 'fail' }, { kind: 'retry' }] as const) {
      checkEqual(await trial.settle(lost, outcome), 'stale', 'answer to the zombie');
    }
    const { state, fence, claimant } = await trial.cleanup(claim);
    checkEqual([state, fence, claimant], ['CLAIMED', claim.fence, 'claimant-b'], 'state, fence, claimant');
    checkEqual((await trial.store.stats()).attempts.stale, 4, 'stale outcomes');
    await trial.settled(claim, 'done');
  }),

  law('S8', 'a claim that ran out but was not taken over can still be settled', async (trial) => {
    await trial.fallDue();
    const late = await loseClaim(trial);
    await trial.settled(late, 'done');
    checkEqual(await trial.claim(), [], 'claims');
    checkEqual((await trial.cleanup(late)).state, 'COLLECTED', 'state');
  }),

  law('S3', `a cleanup that lost ${LOSSES_TO_ABANDON} claims is abandoned as CLAIM_LOST`, async (trial) => {
    await trial.fallDue();
    const claims = [];
    for (let losses = 0; losses < LOSSES_TO_ABANDON; losses++) claims.push(await loseClaim(trial));
    checkEqual(await trial.claim(), [], 'claims after the last loss');
    const { state, abandonReason, attempts, endTime } = await trial.cleanup(one(claims.slice(0, 1)));
    checkEqual(
      { state, abandonReason, attempts, endTime },
      {
        state: 'ABANDONED',
        abandonReason: 'CLAIM_LOST',
        attempts: LOSSES_TO_ABANDON,
        endTime: await trial.now(),
      },
      'the cleanup',
    );
    const { cleanups, attempts: totals } = await trial.store.stats();
    checkEqual(
      [cleanups.abandoned, cleanups.open, totals.lost],
      [1, 0, LOSSES_TO_ABANDON],
      'abandoned, open, lost',
    );
  }),

  law('S3', 'fewer lost claims abandon nothing and spend no budget', async (trial) => {
    await trial.fallDue();
    for (let losses = 1; losses < LOSSES_TO_ABANDON; losses++) await loseClaim(trial);
    // The default policy has a budget of 15: one spent claim would be one too many now.
    for (let attempts = 1; attempts < 15; attempts++) {
      await trial.settled(await trial.claimOne(), { kind: 'retry' });
    }
    checkEqual((await trial.claim()).length, 1, 'claims');
  }),

  law(
    'S3',
    'one poisonous cleanup that is abandoned does not keep the others from being claimed',
    async (trial) => {
      await trial.fallDue();
      for (let losses = 0; losses < LOSSES_TO_ABANDON; losses++) await loseClaim(trial);
      await trial.time.advance(1);
      const other = await trial.fallDue();
      const claims = [...(await trial.claim({ limit: 1 })), ...(await trial.claim({ limit: 1 }))];
      checkEqual(
        claims.map(({ lastLeaseId }) => lastLeaseId),
        [other.leaseId],
        'claims, one slot at a time',
      );
    },
  ),
];
