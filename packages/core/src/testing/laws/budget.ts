import { httpCleanup } from '../builders.js';
import { checkEqual } from '../check.js';
import type { StoreLaw } from '../store-law.js';
import { law } from './law.js';
import type { Trial } from './trial.js';

const CLAIM_MS = 1_000;

/** Makes the only due object, whose cleanup may be attempted so often. */
function fallDueWithBudget(trial: Trial, maxAttempts: number) {
  return trial.fallDue({ cleanup: httpCleanup({ retry: { maxAttempts } }) });
}

export const budgetLaws: readonly StoreLaw[] = [
  law('S3', 'a cleanup is abandoned with the attempt that spends the last of its budget', async (trial) => {
    await fallDueWithBudget(trial, 3);
    for (let attempts = 1; attempts <= 2; attempts++) {
      await trial.settled(await trial.claimOne(), { kind: 'retry' });
    }
    const last = await trial.claimOne();
    await trial.settled(last, { kind: 'retry', abandonReason: 'ENDPOINT_NOT_FOUND' });
    const { state, abandonReason, attempts } = await trial.cleanup(last);
    checkEqual(
      [state, abandonReason, attempts],
      ['ABANDONED', 'ENDPOINT_NOT_FOUND', 3],
      'state, reason, attempts',
    );
    checkEqual(await trial.claim(), [], 'claims');
  }),

  law('S3', 'a budget of one allows one attempt', async (trial) => {
    await fallDueWithBudget(trial, 1);
    const claim = await trial.claimOne();
    await trial.settled(claim, { kind: 'retry', contact: 'unanswered' });
    checkEqual((await trial.cleanup(claim)).state, 'ABANDONED', 'state');
  }),

  law('S3', 'attempts without an answer spend budget like answered ones', async (trial) => {
    await fallDueWithBudget(trial, 2);
    await trial.settled(await trial.claimOne(), { kind: 'retry', contact: 'unanswered' });
    const claim = await trial.claimOne();
    await trial.settled(claim, { kind: 'retry', contact: 'answered' });
    checkEqual((await trial.cleanup(claim)).state, 'ABANDONED', 'state');
  }),

  law('S3', 'attempts that reached nobody spend nothing', async (trial) => {
    await fallDueWithBudget(trial, 2);
    for (let attempts = 0; attempts < 40; attempts++) {
      await trial.settled(await trial.claimOne(), { kind: 'retry', contact: 'unreached' });
    }
    await trial.settled(await trial.claimOne(), { kind: 'retry', contact: 'answered' });
    const claim = await trial.claimOne();
    checkEqual(claim.attempt, 42, 'attempt');
    await trial.settled(claim, { kind: 'retry', contact: 'answered' });
    checkEqual((await trial.cleanup(claim)).state, 'ABANDONED', 'state after two that were answered');
  }),

  law('S3', 'attempts given back unstarted spend nothing', async (trial) => {
    await fallDueWithBudget(trial, 1);
    for (let attempts = 0; attempts < 40; attempts++)
      await trial.settled(await trial.claimOne(), 'unstarted');
    const claim = await trial.claimOne();
    checkEqual(claim.attempt, 1, 'attempt');
    await trial.settled(claim, 'done');
  }),

  law('S3 L2', 'a claimant that dies in the last attempt of the budget strands nothing', async (trial) => {
    await fallDueWithBudget(trial, 2);
    await trial.settled(await trial.claimOne(), { kind: 'retry' });
    const lost = await trial.claimOne({ claimMs: CLAIM_MS, claimant: 'claimant-a' });
    await trial.time.advance(CLAIM_MS);
    // Nobody knows how that one ended, so it spent nothing: there is one left, and its end decides.
    const last = await trial.claimOne({ claimant: 'claimant-b' });
    checkEqual([last.cleanupId, last.attempt], [lost.cleanupId, 3], 'cleanup_id, attempt');
    await trial.settled(last, { kind: 'retry' });
    const { state, abandonReason, attempts } = await trial.cleanup(last);
    checkEqual(
      [state, abandonReason, attempts],
      ['ABANDONED', 'ATTEMPTS_EXHAUSTED', 3],
      'state, reason, attempts',
    );
  }),

  law('S3 L2', 'a cleanup whose claimant died in its last attempt can still be done', async (trial) => {
    await fallDueWithBudget(trial, 1);
    await trial.claimOne({ claimMs: CLAIM_MS, claimant: 'claimant-a' });
    await trial.time.advance(CLAIM_MS);
    await trial.settled(await trial.claimOne({ claimant: 'claimant-b' }), 'done');
    checkEqual((await trial.store.stats()).cleanups.collected, 1, 'collected');
  }),

  law('S3', 'the last attempt of the budget may still succeed', async (trial) => {
    await fallDueWithBudget(trial, 2);
    await trial.settled(await trial.claimOne(), { kind: 'retry' });
    const claim = await trial.claimOne();
    await trial.settled(claim, 'done');
    checkEqual((await trial.cleanup(claim)).state, 'COLLECTED', 'state');
  }),
];
