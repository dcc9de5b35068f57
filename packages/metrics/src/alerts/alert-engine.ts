import type { Clock } from '@lease/core';
import type { ReadSamples } from '../samples.js';
import type { AlertNotice, AlertReport, AlertState, Notify } from './alert.js';
import { Figures } from './figures.js';
import { type AlertRule, CLEAR_MS, COOLDOWN_MS } from './rule.js';

/** Where one alert stands. */
interface Standing {
  readonly rule: AlertRule;
  state: AlertState;
  /** Since when, by both clocks. */
  sinceMs: number;
  since: string | undefined;
  /** When its conditions held last. */
  heldMs: number;
  /** Whether this firing was notified: then its end will be as well. */
  notified: boolean;
  /** When a firing was notified last. */
  noticeMs: number | undefined;
}

export interface AlertEngineOptions {
  readonly rules: readonly AlertRule[];
  readonly samples: ReadSamples;
  readonly clock: Clock;
  readonly notify: Notify;
}

/**
 * Judges the rules, each time it is told to: `inactive -> pending -> firing -> inactive`. Of one alert at most one firing
 * and its end are notified within the cooldown. One that comes back sooner is shown, and notified when the cooldown is
 * over, if it still fires then: nobody is left believing that all is well.
 */
export class AlertEngine {
  readonly #clock: Clock;
  readonly #notify: Notify;
  readonly #figures: Figures;
  readonly #standings: readonly Standing[];

  constructor({ rules, samples, clock, notify }: AlertEngineOptions) {
    this.#clock = clock;
    this.#notify = notify;
    this.#figures = new Figures(rules, samples, clock);
    this.#standings = rules.map((rule) => ({
      rule,
      state: 'inactive',
      sinceMs: 0,
      since: undefined,
      heldMs: 0,
      notified: false,
      noticeMs: undefined,
    }));
  }

  async evaluate(): Promise<void> {
    await this.#figures.sample();
    for (const standing of this.#standings) {
      this.#judge(
        standing,
        standing.rule.when.every((condition) => this.#figures.holds(condition)),
      );
    }
  }

  /** All alerts, those that fire first. */
  report(): readonly AlertReport[] {
    const reports = this.#standings.map(({ rule, state, since }) => ({
      name: rule.name,
      severity: rule.severity,
      state,
      summary: rule.summary,
      ...(since !== undefined && { since }),
      ...this.#reading(rule),
    }));
    const order: readonly AlertState[] = ['firing', 'pending', 'inactive'];
    return order.flatMap((state) => reports.filter((report) => report.state === state));
  }

  #judge(standing: Standing, holds: boolean): void {
    const nowMs = this.#clock.monotonicMs();
    if (holds) {
      standing.heldMs = nowMs;
      if (standing.state === 'inactive') this.#enter(standing, 'pending');
      if (standing.state === 'pending' && nowMs - standing.sinceMs >= standing.rule.forMs) {
        this.#enter(standing, 'firing');
      }
    } else if (standing.state === 'pending') {
      this.#enter(standing, 'inactive');
    } else if (standing.state === 'firing' && nowMs - standing.heldMs >= CLEAR_MS) {
      if (standing.notified) this.#tell(standing, 'resolved');
      standing.notified = false;
      this.#enter(standing, 'inactive');
    }
    if (standing.state !== 'firing' || standing.notified) return;
    if (standing.noticeMs !== undefined && nowMs - standing.noticeMs < COOLDOWN_MS) return;
    standing.notified = true;
    standing.noticeMs = nowMs;
    this.#tell(standing, 'firing');
  }

  #enter(standing: Standing, state: AlertState): void {
    standing.state = state;
    standing.sinceMs = this.#clock.monotonicMs();
    standing.since = new Date(this.#clock.wallMs()).toISOString();
  }

  #tell({ rule, since = '' }: Standing, state: AlertNotice['state']): void {
    const { name, severity, summary } = rule;
    this.#notify({ name, severity, state, summary, since, ...this.#reading(rule) });
  }

  #reading({ when: [first] }: AlertRule): { readonly value?: number; readonly limit: number } {
    if (first === undefined) throw new Error('a rule has a condition');
    const value = this.#figures.value(first.figure);
    const limit = 'above' in first.is ? first.is.above : first.is.below;
    return { ...(value !== undefined && { value }), limit };
  }
}
