import type { AttemptOutcome } from '../cleanup/cleanup.js';
import { objectKey } from '../lease/object-ref.js';
import type { CleanupOutcome, SettleResult } from '../store/cleanup-verbs.js';
import { abandon, clearClaim, finish } from './finish.js';
import type { Session } from './session.js';
import { isPending, type PendingObject } from './views.js';

const RECORDED_AS: Readonly<Record<CleanupOutcome['kind'], AttemptOutcome>> = {
  done: 'DONE',
  retry: 'RETRY',
  fail: 'FAIL',
  unstarted: 'UNSTARTED',
};

/** See `LeaseStore.settleCleanups`. */
export function settleCleanup(session: Session, outcome: CleanupOutcome): SettleResult {
  const { tables, now } = session;
  const object = tables.object(objectKey(outcome.object));
  if (object === undefined || !isPending(object) || !holdsFence(object, outcome)) {
    return settleAgain(session, outcome);
  }
  const { run } = object;
  tables.appendAttempt({
    cleanupId: run.cleanupId,
    attempt: run.attempt,
    fence: outcome.fence,
    claimant: run.claimant ?? '',
    outcome: RECORDED_AS[outcome.kind],
    claimTime: run.claimTime ?? now,
    settleTime: now,
    ...(outcome.durationMs !== undefined && { durationMs: outcome.durationMs }),
    ...(outcome.statusCode !== undefined && { statusCode: outcome.statusCode }),
    ...(outcome.detail !== undefined && { detail: outcome.detail }),
  });
  if (outcome.kind !== 'unstarted') run.lastDetail = outcome.detail;
  apply(session, object, outcome);
  tables.saveControl(now);
  return 'settled';
}

/** The guard of S8: a zombie's outcome carries a fence that is no longer the current one. */
function holdsFence(object: PendingObject, outcome: CleanupOutcome): boolean {
  return (
    object.state === 'CLAIMED' &&
    object.run.fence === outcome.fence &&
    object.run.cleanupId === outcome.cleanupId
  );
}

/** The reply to the first delivery was lost, or the outcome is stale. */
function settleAgain({ tables, now }: Session, outcome: CleanupOutcome): SettleResult {
  const recorded = tables.attempt(outcome.cleanupId, outcome.fence);
  if (recorded?.outcome === RECORDED_AS[outcome.kind]) return 'settled';
  tables.control.totals.stale += 1;
  tables.saveControl(now);
  return 'stale';
}

function apply(session: Session, object: PendingObject, outcome: CleanupOutcome): void {
  const { tables } = session;
  const { totals } = tables.control;
  const { run } = object;
  switch (outcome.kind) {
    case 'done':
      totals.done += 1;
      finish(session, object, 'COLLECTED');
      tables.dropObject(object);
      return;
    case 'fail':
      totals.failed += 1;
      if (outcome.abandonReason !== 'TARGET_FORBIDDEN') run.reached += 1;
      abandon(session, object, outcome.abandonReason);
      return;
    case 'unstarted':
      totals.unstarted += 1;
      run.attempt -= 1;
      wait(session, object, 0);
      return;
    case 'retry':
      totals.retried += 1;
      // An attempt that reached nobody says nothing about an earlier one that may still be under way.
      if (outcome.contact !== 'unreached') {
        run.unanswered = outcome.contact === 'unanswered';
        run.spent += 1;
        run.reached += 1;
      }
      if (run.spent >= object.cleanup.spec.retry.maxAttempts) abandon(session, object, outcome.abandonReason);
      else wait(session, object, outcome.delayMs);
  }
}

function wait({ tables, now }: Session, object: PendingObject, delayMs: number): void {
  object.state = 'DUE';
  object.dueAt = now + delayMs;
  clearClaim(object);
  tables.saveObject(object);
}
