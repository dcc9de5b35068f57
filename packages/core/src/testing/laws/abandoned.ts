import { httpCleanup } from '../builders.js';
import { check, checkEqual } from '../check.js';
import type { StoreLaw } from '../store-law.js';
import { law } from './law.js';
import type { Trial } from './trial.js';

const retry = (trial: Trial, cleanupId: string, delayMs = 0) =>
  trial.store.retryCleanups([{ cleanupId, delayMs }]);
const forget = (trial: Trial, cleanupId: string, reason = 'deleted by hand') =>
  trial.store.forgetCleanups([{ cleanupId, reason }]);

export const abandonedLaws: readonly StoreLaw[] = [
  law(
    'S3 S7',
    'an abandoned cleanup that is retried keeps its id, its attempt numbers go on',
    async (trial) => {
      const abandoned = await trial.fallAbandoned();
      checkEqual(await retry(trial, abandoned.cleanupId), ['retried'], 'answer');
      const claim = await trial.claimOne();
      checkEqual([claim.cleanupId, claim.attempt], [abandoned.cleanupId, 2], 'cleanup_id, attempt');
      check(claim.fence > abandoned.fence, 'the fence grows');
      const { abandoned: gauge, open } = (await trial.store.stats()).cleanups;
      checkEqual([gauge, open], [0, 1], 'abandoned, open');
    },
  ),

  law('S3', 'a retry by an operator gives a fresh budget', async (trial) => {
    await trial.fallDue({ cleanup: httpCleanup({ retry: { maxAttempts: 2 } }) });
    for (const attempt of [1, 2]) {
      const claim = await trial.claimOne();
      checkEqual(claim.attempt, attempt, 'attempt');
      await trial.settled(claim, { kind: 'retry' });
    }
    const [abandoned] = await trial.cleanups({ state: 'ABANDONED' });
    check(abandoned !== undefined, 'the budget is spent');
    await retry(trial, abandoned.cleanupId);
    await trial.settled(await trial.claimOne(), { kind: 'retry' });
    checkEqual((await trial.cleanup(abandoned)).state, 'DUE', 'state after one attempt of the fresh budget');
    await trial.settled(await trial.claimOne(), { kind: 'retry' });
    checkEqual((await trial.cleanup(abandoned)).state, 'ABANDONED', 'state after two');
  }),

  law('S3', 'a retry by an operator allows as many lost claims again', async (trial) => {
    await trial.fallDue();
    for (let losses = 0; losses < 16; losses++) {
      await trial.claimOne({ claimMs: 1_000 });
      await trial.time.advance(1_000);
    }
    checkEqual(await trial.claim(), [], 'claims');
    const [abandoned] = await trial.cleanups({ state: 'ABANDONED' });
    check(abandoned !== undefined, 'the cleanup is abandoned');
    await retry(trial, abandoned.cleanupId);
    await trial.claimOne({ claimMs: 1_000 });
    await trial.time.advance(1_000);
    checkEqual((await trial.claimOne()).attempt, 18, 'attempt');
  }),

  law('S3', 'a retry by an operator may be put off', async (trial) => {
    const { cleanupId } = await trial.fallAbandoned();
    await retry(trial, cleanupId, 5_000);
    await trial.time.advance(4_999);
    checkEqual(await trial.claim(), [], 'claims');
    await trial.time.advance(1);
    checkEqual((await trial.claim()).length, 1, 'claims at the time');
  }),

  law('S3', 'a retried cleanup shows no trace of having been abandoned', async (trial) => {
    const { cleanupId } = await trial.fallAbandoned();
    await retry(trial, cleanupId);
    const { state, abandonReason, endTime } = await trial.cleanup({ cleanupId });
    checkEqual({ state, abandonReason, endTime }, { state: 'DUE' }, 'the cleanup');
  }),

  law('S3', 'only abandoned cleanups are retried', async (trial) => {
    await trial.fallDue();
    const [due] = await trial.cleanups();
    check(due !== undefined, 'the object is due');
    checkEqual(await retry(trial, due.cleanupId), ['CLEANUP_NOT_ABANDONED'], 'answer when due');
    const claim = await trial.claimOne();
    checkEqual(await retry(trial, due.cleanupId), ['CLEANUP_NOT_ABANDONED'], 'answer when claimed');
    await trial.settled(claim, 'done');
    checkEqual(await retry(trial, due.cleanupId), ['CLEANUP_NOT_ABANDONED'], 'answer when collected');
    checkEqual(await retry(trial, trial.random.uuid()), ['CLEANUP_NOT_FOUND'], 'answer when unknown');
  }),

  law('S6', "an abandoned cleanup that is forgotten is gone, with the operator's words", async (trial) => {
    const { cleanupId, object } = await trial.fallAbandoned();
    checkEqual(await forget(trial, cleanupId, 'deleted by hand'), ['forgotten'], 'answer');
    const { state, forgetReason, endTime } = await trial.cleanup({ cleanupId });
    checkEqual(
      [state, forgetReason, endTime],
      ['FORGOTTEN', 'deleted by hand', await trial.now()],
      'state, words, end',
    );
    const { ended, forgotten, abandoned } = (await trial.store.stats()).cleanups;
    checkEqual([ended, forgotten, abandoned], [1, 1, 0], 'ended, forgotten, abandoned');
    checkEqual((await trial.create({ object })).revived, false, 'revived: the object is new');
  }),

  law('S6', 'a due cleanup may be forgotten and then never runs', async (trial) => {
    await trial.fallDue();
    const [due] = await trial.cleanups();
    check(due !== undefined, 'the object is due');
    checkEqual(await forget(trial, due.cleanupId), ['forgotten'], 'answer');
    checkEqual(await trial.claim(), [], 'claims');
    const { open, forgotten } = (await trial.store.stats()).cleanups;
    checkEqual([open, forgotten], [0, 1], 'open, forgotten');
  }),

  law('S6', 'a claimed cleanup is not forgotten, and a finished or unknown one neither', async (trial) => {
    await trial.fallDue();
    const claim = await trial.claimOne();
    checkEqual(await forget(trial, claim.cleanupId), ['CLEANUP_NOT_ABANDONED'], 'answer when claimed');
    await trial.settled(claim, 'done');
    checkEqual(await forget(trial, claim.cleanupId), ['CLEANUP_NOT_ABANDONED'], 'answer when collected');
    checkEqual(await forget(trial, trial.random.uuid()), ['CLEANUP_NOT_FOUND'], 'answer when unknown');
    checkEqual((await trial.store.stats()).cleanups.collected, 1, 'collected');
  }),

  law('S8', 'an outcome for a forgotten cleanup is stale', async (trial) => {
    await trial.fallDue();
    const claim = await trial.claimOne();
    await trial.settled(claim, { kind: 'retry' });
    await forget(trial, claim.cleanupId);
    checkEqual(await trial.settle(claim, 'done'), 'stale', 'answer');
  }),

  law(
    'S3',
    'who pages through what was abandoned meets each once, though it is retried and abandoned again',
    async (trial) => {
      const abandoned: string[] = [];
      for (let objects = 0; objects < 7; objects++) abandoned.push((await trial.fallAbandoned()).cleanupId);
      const met: string[] = [];
      let cursor: string | undefined;
      do {
        const query = { state: 'ABANDONED', limit: 2, ...(cursor !== undefined && { cursor }) } as const;
        const page = await trial.store.listCleanups(query);
        for (const { cleanupId } of page.cleanups) {
          met.push(cleanupId);
          await retry(trial, cleanupId);
          await trial.settled(await trial.claimOne(), { kind: 'fail' });
        }
        cursor = page.nextCursor;
      } while (cursor !== undefined);
      checkEqual(met.sort(), abandoned.sort(), 'the cleanups that were met');
    },
  ),

  law('S3', 'an abandoned cleanup waits for ever', async (trial) => {
    const { cleanupId } = await trial.fallAbandoned();
    await trial.time.advance(365 * 24 * 3_600_000);
    await trial.store.prune({
      endedLeasesOlderThanMs: 3_600_000,
      finishedCleanupsOlderThanMs: 0,
      limit: 100,
    });
    checkEqual((await trial.cleanup({ cleanupId })).state, 'ABANDONED', 'state a year later');
    checkEqual(await retry(trial, cleanupId), ['retried'], 'answer to a retry');
    checkEqual((await trial.claim()).length, 1, 'claims');
  }),
];
