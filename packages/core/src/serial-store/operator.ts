import type {
  ForgetCleanup,
  ForgetCleanupResult,
  RetryCleanup,
  RetryCleanupResult,
} from '../store/cleanup-verbs.js';
import { finish } from './finish.js';
import type { Session } from './session.js';
import { isPending } from './views.js';

/** See `LeaseStore.retryCleanups`. */
export function retryCleanup({ tables, now }: Session, command: RetryCleanup): RetryCleanupResult {
  const object = tables.objectOfCleanup(command.cleanupId);
  if (object === undefined || !isPending(object)) {
    return tables.finished(command.cleanupId) === undefined ? 'CLEANUP_NOT_FOUND' : 'CLEANUP_NOT_ABANDONED';
  }
  if (object.state !== 'ABANDONED') return 'CLEANUP_NOT_ABANDONED';
  object.state = 'DUE';
  object.dueAt = now + command.delayMs;
  object.run.spent = 0;
  object.run.lostClaims = 0;
  object.run.abandonReason = undefined;
  object.run.abandonTime = undefined;
  tables.saveObject(object);
  tables.control.totals.abandoned -= 1;
  tables.control.totals.open += 1;
  tables.saveControl(now);
  return 'retried';
}

/** See `LeaseStore.forgetCleanups`. A repeated one is answered like the first. */
export function forgetCleanup(session: Session, command: ForgetCleanup): ForgetCleanupResult {
  const { tables } = session;
  const object = tables.objectOfCleanup(command.cleanupId);
  if (object === undefined || !isPending(object)) {
    const finished = tables.finished(command.cleanupId);
    if (finished === undefined) return 'CLEANUP_NOT_FOUND';
    return finished.state === 'FORGOTTEN' ? 'forgotten' : 'CLEANUP_NOT_ABANDONED';
  }
  if (object.state === 'CLAIMED') return 'CLEANUP_NOT_ABANDONED';
  finish(session, object, 'FORGOTTEN', command.reason);
  tables.dropObject(object);
  return 'forgotten';
}
