import { GAP, type Instant, type SweepReport } from '@lease/core';
import type { Verdict } from './verdict.js';

/** When nothing may expire: after a gap (S14) and by an operator's word. */
export class PauseBook {
  readonly #verdict: Verdict;
  #lastSweep: Instant | undefined;
  #gapUntil: Instant = -Infinity;
  #operatorUntil: Instant = -Infinity;

  constructor(verdict: Verdict) {
    this.#verdict = verdict;
  }

  swept(report: SweepReport, now: Instant): void {
    const gapMs = now - (this.#lastSweep ?? now);
    this.#lastSweep = now;
    if (gapMs > GAP.toleratedMs) {
      this.#gapUntil = Math.max(this.#gapUntil, now + Math.min(gapMs, GAP.maxPauseMs));
    }
    const until = Math.max(this.#gapUntil, this.#operatorUntil);
    this.#verdict.expect(
      report.expired === 0 || now >= until,
      'S14',
      () => `a sweep ended ${report.expired} leases ${until - now} ms before the pause is over`,
    );
    this.#verdict.expect(
      (report.status === 'paused') === now < until,
      'S14',
      () => `a sweep was ${report.status}, the pause ends in ${until - now} ms`,
    );
    this.#verdict.expect(
      report.nextInMs <= GAP.heartbeatMs,
      'S14',
      () => `the next sweep would come in ${report.nextInMs} ms`,
    );
  }

  /** By an operator's word, nothing is claimed. */
  operatorPauses(now: Instant): boolean {
    return now < this.#operatorUntil;
  }

  claimed(count: number, now: Instant): void {
    this.#verdict.expect(
      count === 0 || !this.operatorPauses(now),
      'S14',
      () => `${count} cleanups were claimed while an operator paused collection`,
    );
  }

  paused(forMs: number, now: Instant): void {
    this.#operatorUntil = now + forMs;
  }

  resumed(): void {
    this.#gapUntil = -Infinity;
    this.#operatorUntil = -Infinity;
  }
}
