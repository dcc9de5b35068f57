import { checkEqual } from '../check.js';
import type { StoreLaw } from '../store-law.js';
import { law } from './law.js';
import type { Trial } from './trial.js';

const pauseFor = (trial: Trial, forMs: number, note = 'maintenance') => trial.store.pause({ forMs, note });

export const pauseLaws: readonly StoreLaw[] = [
  law('S14', 'a fresh store is not paused and was never swept', async (trial) => {
    checkEqual(await trial.store.collectionState(), { pauses: [], now: await trial.now() }, 'the state');
    await trial.sweep();
    const { lastSweepTime, now } = await trial.store.collectionState();
    checkEqual(lastSweepTime, now, 'last sweep');
  }),

  law('S14', 'while an operator pauses, nothing expires and nothing is claimed', async (trial) => {
    const lease = await trial.createCollectable({ ttlMs: 1_000 });
    await trial.fallDue();
    await pauseFor(trial, 60_000);
    await trial.elapse(5_000);
    const { status, expired } = await trial.sweep();
    checkEqual([status, expired], ['paused', 0], 'status, expired');
    checkEqual((await trial.read(lease)).state, 'ACTIVE', 'state');
    checkEqual(await trial.claim(), [], 'claims');
  }),

  law('S14', 'while an operator pauses, holders and outcomes go on', async (trial) => {
    await trial.fallDue();
    const claim = await trial.claimOne();
    await pauseFor(trial, 60_000);
    const lease = await trial.createCollectable();
    checkEqual((await trial.renew(lease)).outcome, 'done', 'answer to a renewal');
    checkEqual((await trial.release(lease)).outcome, 'done', 'answer to a release');
    await trial.settled(claim, 'done');
    checkEqual((await trial.store.stats()).cleanups.open, 1, 'open: the released one waits');
  }),

  law('S14', 'a pause ends by itself', async (trial) => {
    await trial.createCollectable({ ttlMs: 1_000 });
    await pauseFor(trial, 10_000);
    await trial.elapse(9_999);
    checkEqual((await trial.sweep()).status, 'paused', 'status just before the end');
    await trial.time.advance(1);
    checkEqual((await trial.sweep()).expired, 1, 'expired at the end');
    checkEqual((await trial.claim()).length, 1, 'claims at the end');
    checkEqual((await trial.store.collectionState()).pauses, [], 'pauses');
  }),

  law('S14', 'a pause shows its end and its note', async (trial) => {
    const answer = await pauseFor(trial, 60_000, 'moving house');
    const expected = { reason: 'OPERATOR', until: (await trial.now()) + 60_000, note: 'moving house' };
    checkEqual(answer.pauses, [expected], 'pauses in the answer');
    checkEqual((await trial.store.collectionState()).pauses, [expected], 'pauses');
  }),

  law('S14', 'a second pause replaces the first, also by a shorter one', async (trial) => {
    await pauseFor(trial, 60_000, 'first');
    const { pauses, now } = await pauseFor(trial, 5_000, 'second');
    checkEqual(pauses, [{ reason: 'OPERATOR', until: now + 5_000, note: 'second' }], 'pauses');
    await trial.elapse(5_000);
    checkEqual((await trial.sweep()).status, 'swept', 'status after the second');
  }),

  law('S14', 'resume ends every pause in force', async (trial) => {
    await trial.fallDue();
    await trial.createCollectable({ ttlMs: 1_000 });
    await trial.sweep();
    await trial.time.advance(20_000);
    await trial.sweep();
    await pauseFor(trial, 60_000);
    const reasons = (await trial.store.collectionState()).pauses.map(({ reason }) => reason).sort();
    checkEqual(reasons, ['GAP', 'OPERATOR'], 'pauses');
    checkEqual((await trial.store.resume()).pauses, [], 'pauses after');
    checkEqual((await trial.sweep()).expired, 1, 'expired');
    checkEqual((await trial.claim()).length, 2, 'claims');
  }),

  law('S8', 'a claim that runs out while an operator pauses is taken over only afterwards', async (trial) => {
    await trial.fallDue();
    const claim = await trial.claimOne({ claimMs: 1_000 });
    await pauseFor(trial, 10_000);
    await trial.time.advance(5_000);
    checkEqual(await trial.claim(), [], 'claims');
    await trial.settled(claim, { kind: 'retry' });
    await trial.time.advance(5_000);
    checkEqual((await trial.claimOne()).attempt, 2, 'attempt');
  }),
];
