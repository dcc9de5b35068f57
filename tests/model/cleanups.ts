import type {
  AbandonReason,
  AttemptOutcome,
  CleanupOutcome,
  ForgetCleanupResult,
  RetryCleanupResult,
  SettleResult,
} from '@lease/core';
import { keyOf, type Model, type Run } from './records.js';

const OUTCOMES = { done: 'DONE', retry: 'RETRY', fail: 'FAIL', unstarted: 'UNSTARTED' } as const;

/** Ends the attempt under way. */
export function endAttempt(model: Model, run: Run, outcome: AttemptOutcome, detail?: string): void {
  if (!run.claim) throw new Error('the model has no attempt under way');
  const { fence, claimant, time: claimTime } = run.claim;
  model.attempts.push({
    ...{
      run,
      attempt: run.attempt,
      fence,
      claimant,
      outcome,
      claimTime,
      settleTime: model.now,
      pruned: false,
    },
    ...(detail !== undefined && { detail }),
  });
  delete run.claim;
}

export function abandon(model: Model, run: Run, reason: AbandonReason): void {
  run.state = 'ABANDONED';
  run.unanswered = false;
  run.abandonReason = reason;
  run.endTime = model.now;
}

export function settle(model: Model, outcome: CleanupOutcome): SettleResult {
  const run = model.runs.find(({ claim }) => claim?.fence === outcome.fence);
  if (run?.cleanupId !== outcome.cleanupId || run.state !== 'CLAIMED') {
    const told = model.attempts.find(
      (attempt) =>
        !attempt.pruned &&
        attempt.fence === outcome.fence &&
        attempt.run.cleanupId === outcome.cleanupId &&
        attempt.outcome === OUTCOMES[outcome.kind],
    );
    if (told) return 'settled';
    model.staleOutcomes += 1;
    return 'stale';
  }
  endAttempt(model, run, OUTCOMES[outcome.kind], outcome.detail);
  if (outcome.kind === 'unstarted') run.attempt -= 1;
  else if (outcome.detail === undefined) delete run.detail;
  else run.detail = outcome.detail;
  switch (outcome.kind) {
    case 'done':
      run.state = 'COLLECTED';
      run.endTime = model.now;
      model.lives.delete(keyOf(run.object));
      break;
    case 'fail':
      run.reached += 1;
      abandon(model, run, outcome.abandonReason);
      break;
    case 'unstarted':
      wait(model, run, 0);
      break;
    case 'retry':
      if (outcome.contact !== 'unreached') {
        run.reached += 1;
        run.spent += 1;
        run.unanswered = outcome.contact === 'unanswered';
      }
      if (run.spent >= run.given.spec.retry.maxAttempts) abandon(model, run, outcome.abandonReason);
      else wait(model, run, outcome.delayMs);
  }
  return 'settled';
}

function wait(model: Model, run: Run, delayMs: number): void {
  run.state = 'DUE';
  run.at = model.now + delayMs;
}

/** A run by its id, if the store still knows it. */
function find(model: Model, cleanupId: string): Run | undefined {
  return model.runs.find((run) => !run.pruned && run.cleanupId === cleanupId);
}

export function retry(model: Model, cleanupId: string, delayMs: number): RetryCleanupResult {
  const run = find(model, cleanupId);
  if (!run) return 'CLEANUP_NOT_FOUND';
  if (run.state !== 'ABANDONED') return 'CLEANUP_NOT_ABANDONED';
  run.spent = 0;
  run.lost = 0;
  delete run.abandonReason;
  delete run.endTime;
  wait(model, run, delayMs);
  return 'retried';
}

export function forget(model: Model, cleanupId: string, reason: string): ForgetCleanupResult {
  const run = find(model, cleanupId);
  if (!run) return 'CLEANUP_NOT_FOUND';
  if (run.state === 'FORGOTTEN') return 'forgotten';
  if (run.state !== 'ABANDONED' && run.state !== 'DUE') return 'CLEANUP_NOT_ABANDONED';
  run.state = 'FORGOTTEN';
  run.endTime = model.now;
  run.forgetReason = reason;
  model.lives.delete(keyOf(run.object));
  return 'forgotten';
}
