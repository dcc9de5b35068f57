/** A figure that a rule looks at: written once, read from a process's own samples and by Prometheus. */
export type Figure =
  /** The series as it is; where there are several, their sum. */
  | { readonly kind: 'now'; readonly series: string; readonly where?: Match }
  /** How much the series grew in the last `overMs`; where there are several, in all. */
  | { readonly kind: 'growth'; readonly series: string; readonly where?: Match; readonly overMs: number }
  /** How long ago the instant in the series was: seconds since the epoch. */
  | { readonly kind: 'age'; readonly series: string }
  /** One by the other; nothing if the other is 0. */
  | { readonly kind: 'share'; readonly of: Figure; readonly in: Figure };

/** For each label, the values that count. Unset labels may have any. */
export type Match = Readonly<Record<string, readonly string[]>>;

type Bound = { readonly above: number } | { readonly below: number };

export interface Condition {
  readonly figure: Figure;
  readonly is: Bound;
}

/**
 * `process`: about one server, and each may have the alert. `store`: every server sees the same, and the alert is one.
 */
export type Scope = 'process' | 'store';

/** `critical`: leases or objects are in danger, now. `warning`: they will be, if nobody acts. */
export type Severity = 'critical' | 'warning';

export interface AlertHead {
  /** What the alert is called, everywhere: in `/alerts`, in notifications, in Prometheus and in the runbook. */
  readonly name: string;
  readonly severity: Severity;
  readonly scope: Scope;
  /** What is wrong, in one line. */
  readonly summary: string;
  /** It must be so for so long before the alert fires. */
  readonly forMs: number;
}

export interface AlertRule extends AlertHead {
  /** All must hold. */
  readonly when: readonly Condition[];
}

/** What a server cannot see of itself: that it is not there. For Prometheus only. */
export interface OutsideRule extends AlertHead {
  readonly promql: string;
}

/** An alert that fires goes on until its conditions have not held for so long: what flickers is one alert. */
export const CLEAR_MS = 5_000;

/** After a notification, the same alert is not notified again for so long, however often it comes and goes. */
export const COOLDOWN_MS = 5 * 60_000;
