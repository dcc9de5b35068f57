import type { Instant } from '../clock/clock.js';
import { type CollectionState, GAP, type Pause, type PauseCollection } from '../store/control-verbs.js';
import { brakeHolds } from './brake.js';
import type { ControlRecord } from './records.js';
import { beginRecovery, endRecovery } from './recovery.js';
import type { Session } from './session.js';

/** Whether an operator stopped expiry and collection. */
export function operatorPaused(control: ControlRecord, now: Instant): boolean {
  return control.operatorUntil !== undefined && now < control.operatorUntil;
}

/** Whether nothing may expire now, after a gap or by an operator's word. */
export function expiryPaused(control: ControlRecord, now: Instant): boolean {
  return operatorPaused(control, now) || (control.gapUntil !== undefined && now < control.gapUntil);
}

/**
 * Notes that somebody sweeps. If nobody did for a while, renewals could not get through either: expiry pauses for as
 * long as that took (S14), and a recovery begins. A store that was never swept has no gap.
 *
 * Returns whether the control row is to be kept: twice per heartbeat is enough, since a lost one only lengthens a pause,
 * and a sweep that found nothing then costs no commit.
 */
export function noteSweep(control: ControlRecord, now: Instant): boolean {
  const first = control.lastSweep === undefined;
  const lastSweep = control.lastSweep ?? now;
  const gapMs = now - lastSweep;
  control.lastSweep = now;
  if (gapMs > GAP.toleratedMs) {
    control.gapUntil = Math.max(control.gapUntil ?? 0, now + Math.min(gapMs, GAP.maxPauseMs));
    beginRecovery(control, lastSweep, now);
    return true;
  }
  // Both: other writes keep the row too, but only with the sweep before this one.
  return first || Math.max(gapMs, now - control.now) >= GAP.heartbeatMs / 2;
}

/** See `LeaseStore.pause`. */
export function pause({ tables, now }: Session, command: PauseCollection): CollectionState {
  tables.control.operatorUntil = now + command.forMs;
  tables.control.operatorNote = command.note;
  tables.saveControl(now);
  return collectionState(tables.control, now);
}

/** See `LeaseStore.resume`. */
export function resume({ tables, now }: Session): CollectionState {
  const { control } = tables;
  control.operatorUntil = undefined;
  control.operatorNote = undefined;
  control.gapUntil = undefined;
  endRecovery(control);
  if (brakeHolds(control, now)) control.brakeUntil = now;
  tables.saveControl(now);
  return collectionState(control, now);
}

/** See `LeaseStore.collectionState`. */
export function collectionState(control: ControlRecord, now: Instant): CollectionState {
  const pauses: Pause[] = [];
  if (control.gapUntil !== undefined && now < control.gapUntil) {
    pauses.push({ reason: 'GAP', until: control.gapUntil });
  }
  if (control.brakeUntil !== undefined && now < control.brakeUntil) {
    pauses.push({ reason: 'BRAKE', until: control.brakeUntil });
  }
  if (control.operatorUntil !== undefined && now < control.operatorUntil) {
    pauses.push({ reason: 'OPERATOR', until: control.operatorUntil, note: control.operatorNote ?? '' });
  }
  return {
    pauses,
    ...(control.lastSweep !== undefined && { lastSweepTime: control.lastSweep }),
    now,
  };
}
