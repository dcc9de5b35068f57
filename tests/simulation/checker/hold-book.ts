import { objectKey, type ObjectRef } from '@lease/core';
import type { Hold } from '@lease/client';
import type { Process } from '../engine/process.js';
import type { Scheduler } from '../engine/scheduler.js';
import type { LeaseBook } from './lease-book.js';
import type { Verdict } from './verdict.js';

interface KnownHold {
  readonly process: Process;
  readonly hold: Hold;
  readonly key: string;
}

/** What the server last granted, in the world's time. */
interface Grant {
  /** When the request was sent. */
  readonly sentMs: number;
  /** So long after that. */
  readonly ttlMs: number;
}

/** Of what was granted: four fifths of a third pass before the next renewal. */
const LEAST_PAUSE = 0.26;
/** A third of it, and the slack of a timer. */
const MOST_PAUSE = 0.34;

export interface HoldBookParts {
  readonly scheduler: Scheduler;
  readonly verdict: Verdict;
  readonly leases: LeaseBook;
  /** In this world nothing ever fails but our own service, so no live hold may expire (S14). */
  readonly protectedHere: boolean;
}

/** What holds say about themselves: `held` means that nobody touches the object, and `lost` is for ever. */
export class HoldBook {
  readonly #scheduler: Scheduler;
  readonly #verdict: Verdict;
  readonly #leases: LeaseBook;
  readonly #protectedHere: boolean;
  readonly #byLease = new Map<string, KnownHold>();
  readonly #grants = new Map<string, Grant>();
  /** Holds that were granted less than a whole TTL, or had to go on after a release that failed. */
  readonly #hurried = new Set<string>();
  /** Holds whose lease, since the last leap, was renewed for less than they were granted: by another process of the service. */
  readonly #outrun = new Set<string>();
  /** Holds that asked for a renewal that was not granted so far. */
  readonly #asking = new Set<string>();
  #leapMs = -Infinity;

  constructor({ scheduler, verdict, leases, protectedHere }: HoldBookParts) {
    this.#scheduler = scheduler;
    this.#verdict = verdict;
    this.#leases = leases;
    this.#protectedHere = protectedHere;
  }

  /** Holds of processes that live, unless they let go. */
  get live(): readonly KnownHold[] {
    for (const [leaseId, { process }] of this.#byLease) if (!process.alive) this.#byLease.delete(leaseId);
    return [...this.#byLease.values()];
  }

  opened(process: Process, hold: Hold): void {
    this.#byLease.set(hold.leaseId, { process, hold, key: objectKey(hold.lease.object) });
  }

  /** The server answered a create or a renewal. */
  granted(leaseId: string, grant: Grant): void {
    // A late answer to an older request takes nothing back.
    if (endOf(grant) > endOf(this.#grants.get(leaseId))) {
      this.#grants.set(leaseId, grant);
      this.#hurried.delete(leaseId);
    }
    this.#asking.delete(leaseId);
  }

  /** The next renewal of the hold need not wait for its usual pace. */
  hurries(leaseId: string): void {
    this.#hurried.add(leaseId);
  }

  /**
   * The store renewed the lease, whoever asked. Without a leap that cannot shorten it; after one, it lasts as long as the
   * service asked for last.
   */
  renewed(leaseId: string, ttlMs: number): void {
    if (ttlMs < (this.#grants.get(leaseId)?.ttlMs ?? 0)) this.#outrun.add(leaseId);
    else this.#outrun.delete(leaseId);
  }

  /** The store's clock went forward: what was granted before it is shorter than it seemed. */
  leapt(): void {
    this.#leapMs = this.#scheduler.nowMs;
    this.#outrun.clear();
  }

  /** A hold asks for a renewal: as long as it may, and at its pace, or a thousand holds would drown the service (R12). */
  renews(leaseId: string): void {
    const known = this.#byLease.get(leaseId);
    this.#verdict.expect(known?.hold.state !== 'lost', 'hold', () => `lost hold ${leaseId} is renewed`);
    this.#asking.add(leaseId);
    const grant = this.#grants.get(leaseId);
    if (grant === undefined || this.#hurried.has(leaseId)) return;
    const afterMs = this.#scheduler.nowMs - grant.sentMs;
    this.#verdict.expect(
      afterMs >= LEAST_PAUSE * grant.ttlMs,
      'hold',
      () => `hold ${leaseId} is renewed ${afterMs} ms after it was granted ${grant.ttlMs} ms`,
    );
  }

  /** Whatever the process went through: what it reads now is true now. */
  expectHonest(): void {
    const { nowMs } = this.#scheduler;
    for (const { hold } of this.live) {
      if (hold.state !== 'held') continue;
      const untilMs = endOf(this.#grants.get(hold.leaseId));
      this.#verdict.expect(
        nowMs < untilMs,
        'hold',
        () => `hold ${hold.leaseId} says held ${nowMs - untilMs} ms after its grant ran out`,
      );
    }
  }

  /** An attempt is about to be made. */
  expectNobodyHolds(object: ObjectRef): void {
    const key = objectKey(object);
    for (const known of this.live) {
      if (known.key !== key || known.hold.state !== 'held') continue;
      // Any process of the service may release its leases; its holds learn of it at their next renewal.
      if (this.#leases.wasReleased(known.hold.leaseId)) continue;
      if ((this.#grants.get(known.hold.leaseId)?.sentMs ?? 0) <= this.#leapMs) continue;
      this.#verdict.broken(
        'hold',
        `${key} is attempted while ${known.process.name} holds it by ${known.hold.leaseId}`,
      );
    }
  }

  /**
   * Another process of the service has released its lease, and its next renewal, by which it learns of that, is still to
   * come: with a TTL of 120 days, that is in 40.
   */
  mayNotKnow(leaseId: string): boolean {
    const grant = this.#grants.get(leaseId);
    if (grant === undefined || this.#asking.has(leaseId) || !this.#leases.wasReleased(leaseId)) return false;
    return this.#scheduler.nowMs < grant.sentMs + MOST_PAUSE * grant.ttlMs;
  }

  /** A sweep ended the lease. */
  expired(leaseId: string): void {
    const known = this.#byLease.get(leaseId);
    if (!this.#protectedHere || known === undefined || !known.process.alive) return;
    // It has not asked since the leap, and the other one has asked for less.
    if (this.#outrun.has(leaseId) && (this.#grants.get(leaseId)?.sentMs ?? 0) <= this.#leapMs) return;
    this.#verdict.expect(
      known.hold.state === 'released',
      'S14',
      () => `the lease ${leaseId} of a live hold expired after an outage of our own`,
    );
  }

  /** A hold let go, or its process died: it says nothing any more. */
  closed(leaseId: string): void {
    this.#byLease.delete(leaseId);
  }
}

function endOf(grant: Grant | undefined): number {
  return grant === undefined ? -Infinity : grant.sentMs + grant.ttlMs;
}
