import type { Instant } from '../clock/clock.js';
import { BRAKE } from '../store/control-verbs.js';
import type { BrakeStep, ControlRecord } from './records.js';

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
export function countLoss(control: ControlRecord, now: Instant, share: number): void {
  currentStep(control, now).lost += 1;
  if (control.brakeUntil !== undefined) return;
  let lost = 0;
  let renewed = 0;
  for (const step of control.window) {
    lost += step.lost;
    renewed += step.renewed;
  }
  if (lost > BRAKE.minLost && lost > share * (lost + renewed)) control.brakeUntil = now + BRAKE.pauseMs;
}

/** Expiry has caught up: a lifted brake may hold again, for losses from here on. Returns whether anything changed. */
export function rearmBrake(control: ControlRecord, now: Instant): boolean {
  if (control.brakeUntil === undefined || brakeHolds(control, now)) return false;
  control.brakeUntil = undefined;
  for (const step of control.window) step.lost = 0;
  return true;
}

function currentStep(control: ControlRecord, now: Instant): BrakeStep {
  const { window } = control;
  const start = now - (now % BRAKE.stepMs);
  const last = window.at(-1);
  if (last?.start === start) return last;
  while (window[0] !== undefined && window[0].start <= now - BRAKE.windowMs) window.shift();
  const step: BrakeStep = { start, lost: 0, renewed: 0 };
  window.push(step);
  return step;
}
