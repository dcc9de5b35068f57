import type { Severity } from './rule.js';

/** `pending`: its conditions hold, but not for long enough yet. */
export type AlertState = 'inactive' | 'pending' | 'firing';

/** An alert as `GET /alerts` shows it. */
export interface AlertReport {
  readonly name: string;
  readonly severity: Severity;
  readonly state: AlertState;
  readonly summary: string;
  /** Since when it is in this state, RFC 3339; unset for one that was never anything but inactive. */
  readonly since?: string;
  /** What its first condition looks at, now. */
  readonly value?: number;
  /** Beyond which, or below which, it should not be. */
  readonly limit: number;
}

/** That an alert fired, or is over. */
export interface AlertNotice {
  readonly name: string;
  readonly severity: Severity;
  readonly state: 'firing' | 'resolved';
  readonly summary: string;
  /** When it fired, RFC 3339. */
  readonly since: string;
  readonly value?: number;
  readonly limit: number;
}

/** Told of alerts. Called synchronously; must not throw and must not wait. */
export type Notify = (notice: AlertNotice) => void;
