import { check, checkEqual } from '../check.js';
import type { StoreLaw } from '../store-law.js';
import { law } from './law.js';
import { checkRefused, type Trial } from './trial.js';

/** Makes an object due whose last attempt ended without an answer. */
async function leaveUnanswered(trial: Trial) {
  const { object } = await trial.fallDue();
  const claim = await trial.claimOne();
  await trial.settled(claim, { kind: 'retry', contact: 'unanswered' });
  return { object, claim };
}

export const ambiguityLaws: readonly StoreLaw[] = [
  law('S1', 'after an attempt without an answer the object cannot be revived', async (trial) => {
    const { object } = await leaveUnanswered(trial);
    const result = await trial.tryCreate({ object });
    checkRefused(result, 'OBJECT_BEING_COLLECTED');
    check(
      result.outcome === 'refused' && (result.retryAfterMs ?? 0) > 0,
      'the refusal says when to try again',
    );
    checkEqual((await trial.claim()).length, 1, 'the object is still collected');
  }),

  law('S1', 'a later answered attempt makes it revivable again', async (trial) => {
    const { object } = await leaveUnanswered(trial);
    await trial.settled(await trial.claimOne(), { kind: 'retry', contact: 'answered' });
    const lease = await trial.create({ object });
    checkEqual([lease.revived, lease.priorAttempts], [true, 2], 'revived, prior attempts');
  }),

  law('S1', 'a later attempt that reached nobody is no answer', async (trial) => {
    const { object } = await leaveUnanswered(trial);
    await trial.settled(await trial.claimOne(), { kind: 'retry', contact: 'unreached' });
    checkRefused(await trial.tryCreate({ object }), 'OBJECT_BEING_COLLECTED');
  }),

  law('S1', 'a later attempt that was given back unstarted is no answer', async (trial) => {
    const { object } = await leaveUnanswered(trial);
    await trial.settled(await trial.claimOne(), 'unstarted');
    checkRefused(await trial.tryCreate({ object }), 'OBJECT_BEING_COLLECTED');
  }),

  law('S1', 'a claim that ran out is an attempt without an answer', async (trial) => {
    const { object } = await trial.fallDue();
    await trial.claimOne({ claimMs: 1_000 });
    await trial.time.advance(5_000);
    checkRefused(await trial.tryCreate({ object }), 'OBJECT_BEING_COLLECTED');
    await trial.settled(await trial.claimOne(), 'unstarted');
    checkRefused(await trial.tryCreate({ object }), 'OBJECT_BEING_COLLECTED');
    await trial.settled(await trial.claimOne(), { kind: 'retry', contact: 'answered' });
    checkEqual((await trial.create({ object })).revived, true, 'revived after an answer');
  }),

  law('S1', 'abandoned after an attempt without an answer, the object is revivable', async (trial) => {
    const { object } = await leaveUnanswered(trial);
    await trial.settled(await trial.claimOne(), { kind: 'fail' });
    checkEqual((await trial.create({ object })).revived, true, 'revived');
  }),

  law('S1', 'abandoned because the last attempt had no answer, the object is revivable', async (trial) => {
    const { object } = await leaveUnanswered(trial);
    for (let attempts = 1; attempts < 15; attempts++) {
      await trial.settled(await trial.claimOne(), { kind: 'retry', contact: 'unanswered' });
    }
    checkEqual((await trial.store.stats()).cleanups.abandoned, 1, 'abandoned');
    checkEqual((await trial.create({ object })).revived, true, 'revived');
  }),

  law('S1', 'forgotten after an attempt without an answer, the object starts a new life', async (trial) => {
    const { object, claim } = await leaveUnanswered(trial);
    checkEqual(
      await trial.store.forgetCleanups([{ cleanupId: claim.cleanupId, reason: 'by hand' }]),
      ['forgotten'],
      'answer',
    );
    checkEqual((await trial.create({ object })).revived, false, 'revived');
  }),

  law('S1', 'collected after an attempt without an answer, the object starts a new life', async (trial) => {
    const { object } = await leaveUnanswered(trial);
    await trial.settled(await trial.claimOne(), 'done');
    checkEqual((await trial.create({ object })).revived, false, 'revived');
  }),

  law(
    'S12',
    'a create refused because of an attempt without an answer succeeds under its id later',
    async (trial) => {
      const { object } = await leaveUnanswered(trial);
      const command = trial.command({ object });
      checkRefused(await trial.tryCreate(command), 'OBJECT_BEING_COLLECTED');
      await trial.settled(await trial.claimOne(), 'done');
      checkEqual((await trial.create(command)).leaseId, command.leaseId, 'lease_id');
    },
  ),
];
