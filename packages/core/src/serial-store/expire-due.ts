import type { Instant } from '../clock/clock.js';
import { GAP, type Sweep, type SweepReport } from '../store/control-verbs.js';
import { brakeHolds, countLoss, rearmBrake } from './brake.js';
import { endLease } from './end-lease.js';
import { expiryPaused, noteSweep } from './pauses.js';
import type { Lane, LeaseRecord } from './records.js';
import { recoveryEnd } from './recovery.js';
import type { Session } from './session.js';

const ALL_LANES: readonly Lane[] = ['fresh', 'renewed'];
const FRESH_LANE: readonly Lane[] = ['fresh'];

/** See `LeaseStore.expireDue`. */
export function expireDue(session: Session, sweep: Sweep): SweepReport {
  const { tables, now } = session;
  const { control } = tables;
  if (noteSweep(control, now)) tables.saveControl(now);
  const counts = { expired: 0, rearmed: 0, skipped: 0, due: 0 };
  if (expiryPaused(control, now)) return { status: 'paused', ...counts, nextInMs: GAP.heartbeatMs };

  const horizon = now - sweep.graceMs;
  const page = tables.takeOverdue(lanes(session), horizon, sweep.limit);
  for (const lease of page) {
    const act = visit(session, lease, horizon);
    if (act === 'end') {
      if (endLease(session, lease, 'EXPIRED')) counts.due += 1;
      counts.expired += 1;
      if (lease.renewalCount > 0) countLoss(control, now, lease, sweep.brakeShare);
    } else {
      tables.saveCheck(lease);
      counts[act] += 1;
    }
  }
  const full = page.length === sweep.limit;
  if (!full && rearmBrake(control, now, sweep.brakeShare)) tables.saveControl(now);
  return { status: 'swept', ...counts, nextInMs: full ? 0 : msToNext(session, horizon) };
}

/** While the brake holds, leases that were renewed are not even looked at. */
function lanes({ tables, now }: Session): readonly Lane[] {
  return brakeHolds(tables.control, now) ? FRESH_LANE : ALL_LANES;
}

/**
 * Decides on one lease whose check has come. Every lease that stays moves on, in time or to the other lane: a page never
 * fills with leases that the sweep would meet again at once (R17).
 */
function visit(
  { tables, now }: Session,
  lease: LeaseRecord,
  horizon: Instant,
): 'end' | 'rearmed' | 'skipped' {
  const renewed = lease.renewalCount > 0;
  if (renewed) lease.lane = 'renewed';
  if (lease.expireTime > horizon) {
    lease.checkAt = lease.expireTime;
    return 'rearmed';
  }
  const recoveringMs = recoveryEnd(tables.control, lease) - now;
  if (recoveringMs > 0) {
    // To be met at the end of its recovery, to which no grace is added.
    lease.checkAt = horizon + recoveringMs;
    return 'rearmed';
  }
  return renewed && brakeHolds(tables.control, now) ? 'skipped' : 'end';
}

function msToNext(session: Session, horizon: Instant): number {
  const earliest = session.tables.earliestCheck(lanes(session)) ?? Infinity;
  return Math.min(Math.max(earliest - horizon, 1), GAP.heartbeatMs);
}
