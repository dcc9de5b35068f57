import type { AbandonReason, Cleanup } from '../cleanup/cleanup.js';
import type { Session } from './session.js';
import { cleanupView, type PendingObject } from './views.js';

/** A state in which a cleanup leaves its object. */
export type FinalState = 'COLLECTED' | 'REVIVED' | 'FORGOTTEN';

/** Ends a pending run for good: files it under its final state and moves it from its class to that one (S6). */
export function finish(
  session: Session,
  object: PendingObject,
  state: FinalState,
  forgetReason?: string,
): void {
  const { tables, now } = session;
  const cleanup: Cleanup = {
    ...cleanupView(object, state),
    endTime: now,
    ...(forgetReason !== undefined && { forgetReason }),
  };
  tables.appendFinished(cleanup);
  const { totals } = tables.control;
  if (object.state === 'ABANDONED') totals.abandoned -= 1;
  else totals.open -= 1;
  if (state === 'COLLECTED') totals.collected += 1;
  else if (state === 'REVIVED') totals.revived += 1;
  else totals.forgotten += 1;
  tables.saveControl(now);
}

/** Gives an open run up: it waits for an operator, and no attempt is under way, so the object can be revived. */
export function abandon(session: Session, object: PendingObject, reason: AbandonReason): void {
  const { tables, now } = session;
  object.state = 'ABANDONED';
  object.dueAt = undefined;
  object.run.unanswered = false;
  object.run.abandonReason = reason;
  object.run.abandonTime = now;
  clearClaim(object);
  tables.saveObject(object);
  tables.control.totals.open -= 1;
  tables.control.totals.abandoned += 1;
  tables.saveControl(now);
}

/** Nobody holds the run any more. */
export function clearClaim(object: PendingObject): void {
  object.run.fence = undefined;
  object.run.claimant = undefined;
  object.run.claimTime = undefined;
}
