import { GAP, type Instant, type Lease, type Sweep, type SweepReport } from '@lease/core';
import type { Verdict } from './verdict.js';

/** A lease that a sweep met in a recovery. */
interface PutOff {
  readonly renewTime: Instant;
  readonly until: Instant;
}

/**
 * After a gap, be it an outage or a leap of the store's clock: who has not renewed since keeps its lease for as long as the
 * gap was, but no longer than for its term (S14, S15), and no lease stays beyond that (L1).
 */
export class RecoveryBook {
  readonly #verdict: Verdict;
  #lastSweep: Instant | undefined;
  #gapEnd: Instant = -Infinity;
  #lengthMs = 0;
  readonly #putOff = new Map<string, PutOff>();

  constructor(verdict: Verdict) {
    this.#verdict = verdict;
  }

  /** Before its effect is judged. */
  swept(now: Instant): void {
    const lastSweep = this.#lastSweep ?? now;
    this.#lastSweep = now;
    if (now - lastSweep <= GAP.toleratedMs) return;
    const leftMs = Math.max(0, this.#gapEnd + this.#lengthMs - lastSweep);
    this.#lengthMs = leftMs + (now - lastSweep);
    this.#gapEnd = now;
  }

  /** The sweep ended the lease, as it was before. */
  ended(lease: Lease, now: Instant): void {
    const leftMs = this.#sparedUntil(lease) - now;
    this.#verdict.expect(
      leftMs <= 0,
      'S14',
      () => `lease ${lease.leaseId} was ended ${leftMs} ms before its holder had the time to renew it`,
    );
    this.#putOff.delete(lease.leaseId);
  }

  /** The sweep left these active. */
  left(leases: readonly Lease[], { graceMs }: Sweep, report: SweepReport, now: Instant): void {
    if (report.status !== 'swept') return;
    for (const lease of leases) {
      if (lease.expireTime + graceMs > now) continue;
      const until = this.#sparedUntil(lease);
      if (until > now) this.#postpone(lease, until);
      const dueAt = this.#postponedTo(lease) + graceMs;
      this.#verdict.expect(
        dueAt > now || report.nextInMs === 0,
        'L1',
        () =>
          `a sweep left lease ${lease.leaseId}, overdue for ${now - Math.max(dueAt, lease.expireTime)} ms`,
      );
    }
  }

  /** By an operator. What a sweep has put off already stays so. */
  resumed(): void {
    this.#gapEnd = -Infinity;
    this.#lengthMs = 0;
  }

  #sparedUntil({ renewTime, expireTime }: Lease): Instant {
    return renewTime < this.#gapEnd
      ? this.#gapEnd + Math.min(this.#lengthMs, expireTime - renewTime)
      : -Infinity;
  }

  #postpone(lease: Lease, until: Instant): void {
    const { leaseId, renewTime } = lease;
    this.#putOff.set(leaseId, { renewTime, until: Math.max(until, this.#postponedTo(lease)) });
  }

  /** A renewal since puts it where it belongs. */
  #postponedTo({ leaseId, renewTime }: Lease): Instant {
    const putOff = this.#putOff.get(leaseId);
    return putOff?.renewTime === renewTime ? putOff.until : -Infinity;
  }
}
