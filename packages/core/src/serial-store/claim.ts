import { type CleanupClaim, MAX_LOST_CLAIMS } from '../cleanup/cleanup.js';
import type { ClaimCleanups } from '../store/cleanup-verbs.js';
import { abandon } from './finish.js';
import { operatorPaused } from './pauses.js';
import { drawNumber, type Session } from './session.js';
import { claimView, isPending, type PendingObject } from './views.js';

/** See `LeaseStore.claimCleanups`. A claim that ran out is taken over in the same step, under a new fence. */
export function claimCleanups(session: Session, command: ClaimCleanups): CleanupClaim[] {
  const { tables, now } = session;
  if (operatorPaused(tables.control, now)) return [];
  const claims: CleanupClaim[] = [];
  for (const object of tables.takeDue(now, command)) {
    if (!isPending(object)) throw new Error(`object ${object.objectKey} was due without a pending cleanup`);
    if (object.state === 'CLAIMED') loseClaim(session, object);
    if (object.run.lostClaims >= MAX_LOST_CLAIMS) abandon(session, object, 'CLAIM_LOST');
    else claims.push(claimOne(session, object, command));
  }
  return claims;
}

/** The claimant died or hung: nobody knows whether its attempt reached the endpoint. */
function loseClaim({ tables, now }: Session, object: PendingObject): void {
  const { run } = object;
  run.lostClaims += 1;
  run.reached += 1;
  run.unanswered = true;
  tables.appendAttempt({
    cleanupId: run.cleanupId,
    attempt: run.attempt,
    fence: run.fence ?? 0,
    claimant: run.claimant ?? '',
    outcome: 'LOST',
    claimTime: run.claimTime ?? now,
    settleTime: now,
  });
  tables.control.totals.lost += 1;
  tables.saveControl(now);
}

function claimOne(session: Session, object: PendingObject, command: ClaimCleanups): CleanupClaim {
  const { tables, now } = session;
  const fence = drawNumber(session);
  object.state = 'CLAIMED';
  object.dueAt = now + command.claimMs;
  object.run.fence = fence;
  object.run.claimant = command.claimant;
  object.run.claimTime = now;
  object.run.attempt += 1;
  tables.saveObject(object);
  tables.control.totals.claimed += 1;
  return claimView(object, fence);
}
