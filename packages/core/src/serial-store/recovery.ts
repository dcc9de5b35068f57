import type { Instant } from '../clock/clock.js';
import type { ControlRecord, LeaseRecord } from './records.js';

/**
 * A gap begins a recovery, which lasts as long as the gap did (S14). The pause is over after 30 s, and a holder with a TTL
 * of minutes has not renewed by then; if the gap was a leap of the store's clock, its lease is overdue all the same.
 *
 * A gap within a recovery adds to it: the clock is ahead of the holders by both.
 */
export function beginRecovery(control: ControlRecord, gapStart: Instant, gapEnd: Instant): void {
  const leftMs = Math.max(0, (control.recoverUntil ?? 0) - gapStart);
  control.recoverUntil = gapEnd + (gapEnd - gapStart) + leftMs;
  control.gapEnd = gapEnd;
}

/** By an operator's word. A lease that the sweep has moved on already is met again when its recovery would have ended. */
export function endRecovery(control: ControlRecord): void {
  control.recoverUntil = undefined;
  control.gapEnd = undefined;
}

/**
 * Before this instant the lease does not end by expiry: its holder may not have had the time to renew it since the gap. It
 * has had it after one term at most, the time that the lease was last given. -Infinity: it was renewed since.
 *
 * Who renews at intervals of at most half its TTL loses nothing to a leap g. Say that a of its interval i has passed at the
 * leap. It would be lost at some x behind the leap, before its renewal: x < i - a; after its recovery: x >= g, if g is less
 * than the TTL, as x is; and overdue: a + g + x >= ttl. But a + g + x <= a + 2x < 2i - a <= ttl.
 */
export function recoveryEnd(control: ControlRecord, lease: LeaseRecord): Instant {
  const { gapEnd, recoverUntil } = control;
  if (gapEnd === undefined || recoverUntil === undefined || lease.renewTime >= gapEnd) return -Infinity;
  return Math.min(recoverUntil, gapEnd + (lease.expireTime - lease.renewTime));
}

/**
 * What ended before this instant may be pruned, being kept for `keptMs`. -Infinity: a leap of the store's clock makes all
 * that ended look old, and S4 and S12 would go with it. So what ended before a gap is spared as leases are: in the recovery,
 * but for no longer than it is kept.
 */
export function prunedBefore(control: ControlRecord, now: Instant, keptMs: number): Instant {
  const { gapEnd = -Infinity, recoverUntil = -Infinity } = control;
  return now < Math.min(recoverUntil, gapEnd + keptMs) ? -Infinity : now - keptMs;
}
