import { type Instant, type Lease, objectKey } from '@lease/core';
import { canonical } from '@lease/core/testing';
import type { LeaseState } from '../pairs/lease-table.js';
import type { Verdict } from './verdict.js';

/** A lease as it was last seen committed. */
export interface KnownLease {
  readonly key: string;
  readonly requestHash: string;
  lease: Lease;
}

export function leaseState({ state, disposition = 'COLLECT' }: Lease): LeaseState {
  return state === 'RELEASED' ? `RELEASED (${disposition})` : state;
}

const NONE: ReadonlySet<KnownLease> = new Set();

/** Every lease, as the store committed it: S2, S3, S4 and the gauges of S10 and S16. */
export class LeaseBook {
  readonly #verdict: Verdict;
  readonly #byId = new Map<string, KnownLease>();
  readonly #byObject = new Map<string, KnownLease[]>();
  readonly #activeByObject = new Map<string, Set<KnownLease>>();
  readonly #activeByService = new Map<string, number>();
  readonly #forgotten = new Set<string>();
  /** Of those, the ones that had been released. */
  readonly #releasedOnce = new Set<string>();
  readonly #ended: KnownLease[] = [];
  #samples = 0;
  readonly totals = { created: 0, active: 0, released: 0, expired: 0, renewals: 0 };

  constructor(verdict: Verdict) {
    this.#verdict = verdict;
  }

  get(leaseId: string): KnownLease | undefined {
    return this.#byId.get(leaseId);
  }

  stateOf(leaseId: string): LeaseState {
    const lease = this.get(leaseId)?.lease;
    return lease === undefined ? 'none' : leaseState(lease);
  }

  /** A few of those that have ended and are not forgotten, in turn. */
  sampleEnded(count: number): readonly Lease[] {
    const sample = Array.from({ length: count }, () => this.#ended[this.#samples++ % this.#ended.length]);
    return sample.flatMap((known) => (known && this.get(known.lease.leaseId) === known ? [known.lease] : []));
  }

  /** Whether its service released it, also if it is forgotten meanwhile. */
  wasReleased(leaseId: string): boolean {
    const lease = this.get(leaseId)?.lease;
    return lease === undefined ? this.#releasedOnce.has(leaseId) : lease.state === 'RELEASED';
  }

  /** Whether the id was free again for a while. */
  wasForgotten(leaseId: string): boolean {
    return this.#forgotten.has(leaseId);
  }

  get all(): readonly KnownLease[] {
    return [...this.#byId.values()];
  }

  /** The leases of an object, ended ones included, of all its lives. */
  on(key: string): readonly KnownLease[] {
    return this.#byObject.get(key) ?? [];
  }

  active(key: string): ReadonlySet<KnownLease> {
    return this.#activeByObject.get(key) ?? NONE;
  }

  get allActive(): readonly KnownLease[] {
    return [...this.#activeByObject.values()].flatMap((active) => [...active]);
  }

  /** Active leases of a service (S10). */
  activeOf(serviceId: string): number {
    return this.#activeByService.get(serviceId) ?? 0;
  }

  get heldObjects(): number {
    return this.#activeByObject.size;
  }

  created(lease: Lease, requestHash: string): void {
    const known: KnownLease = { key: objectKey(lease.object), requestHash, lease };
    this.#byId.set(lease.leaseId, known);
    const onObject = this.#byObject.get(known.key);
    if (onObject === undefined) this.#byObject.set(known.key, [known]);
    else onObject.push(known);
    this.totals.created += 1;
    this.totals.active += 1;
    this.#activeByService.set(lease.serviceId, this.activeOf(lease.serviceId) + 1);
    this.#activeByObject.set(known.key, new Set(this.active(known.key)).add(known));
    this.#verdict.expect(lease.state === 'ACTIVE', 'S3', () => `a new lease is ${lease.state}`);
  }

  /** A renewal was committed. */
  renewed(lease: Lease, now: Instant): void {
    const known = this.#expectKnown(lease);
    if (known === undefined) return;
    const before = known.lease;
    this.#verdict.expect(
      before.state === 'ACTIVE' && lease.state === 'ACTIVE',
      'S4',
      () => `renewed lease ${lease.leaseId}, which had ended as ${before.state}`,
    );
    this.#verdict.expect(
      lease.expireTime >= before.expireTime && lease.expireTime >= now,
      'S2',
      () => `a renewal moved the expire time of ${lease.leaseId} back`,
    );
    this.#verdict.expect(
      lease.renewalCount === before.renewalCount + 1,
      'S3',
      () => `renewal ${lease.renewalCount} of ${lease.leaseId} came after renewal ${before.renewalCount}`,
    );
    known.lease = lease;
    this.totals.renewals += 1;
  }

  /** The lease ended, by a release or a sweep. */
  ended(lease: Lease): KnownLease | undefined {
    const known = this.#expectKnown(lease);
    if (known === undefined) return undefined;
    const before = known.lease;
    this.#verdict.expect(
      before.state === 'ACTIVE' && lease.state !== 'ACTIVE',
      'S3',
      () => `lease ${lease.leaseId} went from ${before.state} to ${lease.state}`,
    );
    this.#verdict.expect(
      lease.expireTime === before.expireTime,
      'S3',
      () => `the end of ${lease.leaseId} changed its expire time`,
    );
    known.lease = lease;
    this.#ended.push(known);
    this.totals.active -= 1;
    if (lease.state === 'EXPIRED') this.totals.expired += 1;
    else this.totals.released += 1;
    this.#activeByService.set(lease.serviceId, this.activeOf(lease.serviceId) - 1);
    const others = new Set(this.active(known.key));
    others.delete(known);
    if (others.size > 0) this.#activeByObject.set(known.key, others);
    else this.#activeByObject.delete(known.key);
    return known;
  }

  /** A lease was shown without a change: it must be as it was (S3). */
  shown(lease: Lease, by: string): void {
    const known = this.#expectKnown(lease);
    if (known === undefined) return;
    const was = canonical(known.lease);
    const is = canonical(lease);
    const id = known.lease.state !== 'ACTIVE' && lease.state === 'ACTIVE' ? 'S4' : 'S3';
    this.#verdict.expect(was === is, id, () => `${by} shows ${is}, committed was ${was}`);
  }

  /** The store forgot an ended lease; its id may be used anew. */
  forgot(leaseId: string): void {
    const known = this.#byId.get(leaseId);
    if (known === undefined) return;
    this.#verdict.expect(known.lease.state !== 'ACTIVE', 'S3', () => `active lease ${leaseId} was forgotten`);
    this.#byId.delete(leaseId);
    this.#forgotten.add(leaseId);
    if (known.lease.state === 'RELEASED') this.#releasedOnce.add(leaseId);
    const others = this.on(known.key).filter((other) => other !== known);
    if (others.length > 0) this.#byObject.set(known.key, others);
    else this.#byObject.delete(known.key);
  }

  #expectKnown(lease: Lease): KnownLease | undefined {
    const known = this.#byId.get(lease.leaseId);
    this.#verdict.expect(known !== undefined, 'S3', () => `lease ${lease.leaseId} was never created`);
    return known;
  }
}
