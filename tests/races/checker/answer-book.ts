import type { CleanupOutcome, Lease } from '@lease/core';
import type { AttemptRow, Event, LeaseRow } from '../log/event.js';
import type { Answer } from '../play/answers.js';
import type { Violations } from './violations.js';

const RECORDED_AS = { done: 'DONE', retry: 'RETRY', fail: 'FAIL', unstarted: 'UNSTARTED' } as const;

/** Holds every answer against what was committed: what was acknowledged has happened, once. */
export class AnswerBook {
  readonly #violations: Violations;
  /** Every version of every lease. */
  readonly #versions = new Map<string, LeaseRow[]>();
  readonly #claimed = new Set<number>();
  readonly #attempts = new Map<number, AttemptRow>();
  readonly #pruned = new Set<number>();
  #expired = 0;
  readonly #renewals = new Set<string>();
  readonly #made = new Set<string>();
  readonly #handedOut = new Set<number>();

  constructor(violations: Violations, events: readonly Event[]) {
    this.#violations = violations;
    for (const event of events) this.#index(event);
  }

  /** `unanswered`: calls that got no answer, which excuse what nobody was told. */
  judge(answers: readonly Answer[], unanswered: number): void {
    for (const answer of answers) this.#judge(answer);
    if (unanswered > 0) return;
    const swept = answers.reduce(
      (sum, answer) => sum + (answer.verb === 'sweep' ? answer.report.expired : 0),
      0,
    );
    const untold = this.#expired - swept;
    this.#violations.unless(untold === 0, 'S16', `${untold} leases expired that no sweep told of`);
    const lost = [...this.#claimed].filter((fence) => !this.#handedOut.has(fence)).length;
    this.#violations.unless(lost === 0, 'S9', `${lost} claims were handed to nobody`);
  }

  #index({ noun, op, row }: Event): void {
    if (noun === 'lease' && op !== 'DELETE') {
      const versions = this.#versions.get(row.leaseId);
      if (row.state === 'EXPIRED' && versions?.at(-1)?.state === 'ACTIVE') this.#expired += 1;
      if (versions) versions.push(row);
      else this.#versions.set(row.leaseId, [row]);
    } else if (noun === 'object' && row.fence !== null) {
      this.#claimed.add(row.fence);
    } else if (noun === 'attempt') {
      if (op === 'DELETE') this.#pruned.add(row.fence);
      else this.#attempts.set(row.fence, row);
    }
  }

  #judge(answer: Answer): void {
    switch (answer.verb) {
      case 'create': {
        const { command, result } = answer;
        if (result.outcome === 'refused') {
          if (result.reason === 'LEASE_ID_TAKEN') this.#isTaken(command.leaseId, command.requestHash);
          return;
        }
        const version = this.#committed(result.lease, 'S12');
        this.#violations.unless(
          version === undefined || version.requestHash === command.requestHash,
          'S12',
          `create ${command.leaseId} was answered with the lease of another request`,
        );
        if (!result.replayed)
          this.#once(this.#made, `lease ${command.leaseId} made at ${result.lease.createTime}`, 'S12');
        return;
      }
      case 'renew':
        if (answer.result.outcome === 'done') {
          const { lease } = answer.result;
          this.#committed(lease, 'S3');
          this.#once(
            this.#renewals,
            `renewal ${lease.renewalCount} of ${lease.leaseId} made at ${lease.createTime}`,
            'S3',
          );
        } else if (answer.result.reason === 'LEASE_ENDED') this.#hasEnded(answer.command.leaseId);
        return;
      case 'release':
        if (answer.result.outcome === 'done') this.#committed(answer.result.lease, 'S3');
        return;
      case 'claim':
        for (const { fence } of answer.claims) {
          this.#violations.unless(
            this.#claimed.has(fence),
            'S9',
            `claim ${fence} was handed out and never committed`,
          );
          this.#violations.unless(!this.#handedOut.has(fence), 'S9', `claim ${fence} was handed out twice`);
          this.#handedOut.add(fence);
        }
        return;
      case 'settle':
        this.#isRecorded(answer.command, answer.result);
        return;
      case 'sweep':
    }
  }

  /** The version of the lease that was answered. */
  #committed(lease: Lease, promise: 'S3' | 'S12'): LeaseRow | undefined {
    const version = this.#versions
      .get(lease.leaseId)
      ?.find(
        (row) =>
          row.generation === lease.generation &&
          row.state === lease.state &&
          row.renewalCount === lease.renewalCount &&
          row.expireTime === lease.expireTime &&
          row.disposition === (lease.disposition ?? null) &&
          row.endTime === (lease.endTime ?? null),
      );
    const { leaseId, state, renewalCount } = lease;
    const what = `lease ${leaseId} was answered ${state} after ${renewalCount} renewals, and never was so`;
    this.#violations.unless(version !== undefined, promise, what);
    return version;
  }

  #isTaken(leaseId: string, requestHash: string): void {
    const others = this.#versions.get(leaseId)?.some((row) => row.requestHash !== requestHash) ?? false;
    this.#violations.unless(
      others,
      'S12',
      `lease ${leaseId} was answered as taken, and nobody else asked for it`,
    );
  }

  #hasEnded(leaseId: string): void {
    const ended = this.#versions.get(leaseId)?.some(({ state }) => state !== 'ACTIVE') ?? false;
    this.#violations.unless(ended, 'S4', `lease ${leaseId} was answered as ended, and never ended`);
  }

  #isRecorded({ fence, kind, cleanupId }: CleanupOutcome, result: 'settled' | 'stale'): void {
    const attempt = this.#attempts.get(fence);
    const recorded = attempt?.cleanupId === cleanupId && attempt.outcome === RECORDED_AS[kind];
    const what = `outcome ${kind} under fence ${fence} was answered ${result}, and is ${recorded ? '' : 'not '}recorded`;
    // What was pruned since may have been settled before.
    this.#violations.unless(recorded === (result === 'settled') || this.#pruned.has(fence), 'S8', what);
  }

  #once(seen: Set<string>, what: string, promise: 'S3' | 'S12'): void {
    this.#violations.unless(!seen.has(what), promise, `${what} was answered twice`);
    seen.add(what);
  }
}
