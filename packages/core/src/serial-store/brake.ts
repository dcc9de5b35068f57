import type { Instant } from '../clock/clock.js';
import { BRAKE } from '../store/control-verbs.js';
import type { BrakeStep, ControlRecord, LeaseRecord } from './records.js';

/** Whether the brake holds now: nothing that was ever renewed expires. */
export function brakeHolds(control: ControlRecord, now: Instant): boolean {
  return control.brakeUntil !== undefined && now < control.brakeUntil;
}

/** Counts one acknowledged renewal. */
export function countRenewal(control: ControlRecord, now: Instant): void {
  currentStep(control, now).renewed += 1;
}

/**
 * Counts one expiry of a lease that had been renewed and pulls the brake if that is one too many. A brake that was
 * lifted is not pulled again before {@link rearmBrake}.
 */
export function countLoss(control: ControlRecord, now: Instant, lease: LeaseRecord, share: number): void {
  currentStep(control, now).lost += 1;
  if (control.brakeUntil !== undefined) return;
  // A holder renews three times per term. If it was cut off, that was before half of the lease's last term had passed:
  // renewals since then come from others, and those before say nothing about the time after the cut.
  const halfTerm = (lease.renewTime + lease.expireTime) / 2;
  if (lossesPull(control, now, share, halfTerm)) control.brakeUntil = now + BRAKE.pauseMs;
}

/**
 * After a page that was not full, expiry has caught up. A lifted brake may then hold again, for losses from here on, if
 * it was lifted a whole window ago and the losses since then would not pull it: those of one partition fall due over a
 * third of their term, and an operator who lets them go is not asked twice. Returns whether anything changed.
 */
export function rearmBrake(control: ControlRecord, now: Instant, share: number): boolean {
  if (control.brakeUntil === undefined || now < control.brakeUntil + BRAKE.windowMs) return false;
  if (lossesPull(control, now, share, 0)) return false;
  control.brakeUntil = undefined;
  for (const step of control.window) step.lost = 0;
  return true;
}

/**
 * Whether the losses in the window are too many, given the renewals in it, or those that their rate since then comes to
 * if that is less. The rate is taken over whole steps, with the one before the current one as the shortest time.
 */
function lossesPull({ window }: ControlRecord, now: Instant, share: number, since: Instant): boolean {
  const { windowMs, stepMs, minLost } = BRAKE;
  const current = stepStart(now);
  const windowStart = current + stepMs - windowMs;
  const rateStart = Math.max(windowStart, Math.min(Math.ceil(since / stepMs) * stepMs, current - stepMs));
  let lost = 0;
  let renewed = 0;
  let recent = 0;
  for (const step of window) {
    if (step.start < windowStart) continue;
    lost += step.lost;
    renewed += step.renewed;
    if (step.start >= rateStart) recent += step.renewed;
  }
  const excused = Math.min(renewed, (recent * (now - windowStart)) / (now - rateStart));
  return lost > minLost && lost > share * (lost + excused);
}

function stepStart(instant: Instant): Instant {
  return instant - (instant % BRAKE.stepMs);
}

function currentStep(control: ControlRecord, now: Instant): BrakeStep {
  const { window } = control;
  const start = stepStart(now);
  const last = window.at(-1);
  if (last?.start === start) return last;
  while (window[0] !== undefined && window[0].start <= now - BRAKE.windowMs) window.shift();
  const step: BrakeStep = { start, lost: 0, renewed: 0 };
  window.push(step);
  return step;
}
