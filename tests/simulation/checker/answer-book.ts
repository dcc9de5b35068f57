import type { CreateLeaseRequest, Lease } from '@lease/core';
import { canonical } from '@lease/core/testing';
import type { LeaseBook } from './lease-book.js';
import type { Verdict } from './verdict.js';

/** What somebody was told of a lease, at least, by an instant of the world's time. */
interface Told {
  readonly atMs: number;
  readonly renewals: number;
  readonly expireTime: number;
  readonly ended: boolean;
}

interface Created {
  readonly request: string;
  readonly createTime: number;
}

/** What clients were answered, over all replicas and retries: a lease is one register (S3, S4, S12). */
export class AnswerBook {
  readonly #verdict: Verdict;
  readonly #leases: LeaseBook;
  readonly #told = new Map<string, Told[]>();
  readonly #created = new Map<string, Created>();

  constructor(verdict: Verdict, leases: LeaseBook) {
    this.#verdict = verdict;
    this.#leases = leases;
  }

  /** An answer that shows a lease came in, to a request that was sent at `sentMs`. */
  shown(lease: Lease, sentMs: number, nowMs: number): void {
    const { leaseId, createTime, expireTime, renewalCount } = lease;
    const committed = this.#leases.get(leaseId)?.lease;
    // Pruned, and the id perhaps used anew.
    if (committed?.createTime !== createTime) return;
    const ended = lease.state !== 'ACTIVE';
    this.#verdict.expect(
      expireTime <= committed.expireTime && renewalCount <= committed.renewalCount,
      'S2',
      () => `an answer shows ${leaseId} until ${expireTime}, committed is ${committed.expireTime}`,
    );
    this.#verdict.expect(
      !ended || canonical(lease) === canonical(committed),
      'S3',
      () => `an answer shows ${leaseId} as ${canonical(lease)}, it ended as ${canonical(committed)}`,
    );
    const told = this.#toldOf(lease);
    const before = told.findLast(({ atMs }) => atMs <= sentMs);
    if (before !== undefined) {
      this.#verdict.expect(
        !before.ended || ended,
        'S4',
        () => `${leaseId} is active after an answer showed its end`,
      );
      this.#verdict.expect(
        renewalCount >= before.renewals && expireTime >= before.expireTime,
        'S3',
        () => `an answer shows an older state of ${leaseId} than one before it`,
      );
    }
    this.#tell(told, { atMs: nowMs, renewals: renewalCount, expireTime, ended });
  }

  /** A renewal was refused since the lease has ended. */
  endShown(leaseId: string, nowMs: number): void {
    const committed = this.#leases.get(leaseId)?.lease;
    // After a prune the refusal may have been about an earlier lease with this id.
    if (committed === undefined || this.#leases.wasForgotten(leaseId)) return;
    this.#verdict.expect(
      committed.state !== 'ACTIVE',
      'S3',
      () => `${leaseId} was called ended, it is active`,
    );
    const { renewalCount: renewals, expireTime } = committed;
    this.#tell(this.#toldOf(committed), { atMs: nowMs, renewals, expireTime, ended: true });
  }

  /** A create was acknowledged: the id stands for this request alone. */
  created(request: CreateLeaseRequest, lease: Lease): void {
    const text = canonical(request);
    const before = this.#created.get(lease.leaseId);
    if (before?.createTime === lease.createTime) {
      this.#verdict.expect(
        before.request === text,
        'S12',
        () => `two requests were answered with lease ${lease.leaseId}: ${before.request} and ${text}`,
      );
    }
    this.#created.set(lease.leaseId, { request: text, createTime: lease.createTime });
  }

  /** A create was refused since its id is taken. */
  taken(request: CreateLeaseRequest): void {
    const { leaseId = '' } = request;
    const before = this.#created.get(leaseId);
    if (before === undefined || this.#leases.wasForgotten(leaseId)) return;
    this.#verdict.expect(
      before.request !== canonical(request),
      'S12',
      () => `the request that took lease ${leaseId} was refused as another`,
    );
  }

  #toldOf({ leaseId, createTime }: Lease): Told[] {
    const key = `${leaseId}@${createTime}`;
    const told = this.#told.get(key) ?? [];
    this.#told.set(key, told);
    return told;
  }

  /** Each entry is the most that was told by its instant. */
  #tell(told: Told[], next: Told): void {
    const last = told.at(-1);
    told.push(
      last === undefined
        ? next
        : {
            atMs: next.atMs,
            renewals: Math.max(last.renewals, next.renewals),
            expireTime: Math.max(last.expireTime, next.expireTime),
            ended: last.ended || next.ended,
          },
    );
  }
}
