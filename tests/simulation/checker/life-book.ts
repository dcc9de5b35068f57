import {
  type Cleanup,
  type CleanupState,
  type CreateLease,
  type Disposition,
  type Instant,
  type Lease,
  type LeaseStore,
  objectKey,
} from '@lease/core';
import type { ObjectEvent, ObjectState } from '../pairs/object-table.js';
import type { CleanupBook } from './cleanup-book.js';
import { type KnownCleanup, stateOf } from './known-cleanup.js';
import type { KnownLease, LeaseBook } from './lease-book.js';
import type { PairBook } from './pair-book.js';
import type { Verdict } from './verdict.js';

/** The cleanup that an object has in this life. */
interface Owned {
  readonly hash: string;
  readonly serviceId: string;
  readonly leaseId: string;
  readonly maxAttempts: number;
}

interface Life {
  generation: number;
  owned: Owned | undefined;
}

export interface LifeBookParts {
  readonly leases: LeaseBook;
  readonly cleanups: CleanupBook;
  readonly verdict: Verdict;
  readonly pairs: PairBook;
}

const BARRED: ReadonlySet<ObjectState> = new Set<ObjectState>(['CLAIMED', 'DUE (in doubt)']);

/** `disposition`: of a release. */
function endEvent(disposition: Disposition | undefined): ObjectEvent {
  if (disposition === undefined) return 'a lease expires';
  return disposition === 'KEEP' ? 'a lease is kept' : 'a lease is released';
}

/** Every object from its first lease to its collection: one class for each life (S6), owners, generations, revivals. */
export class LifeBook {
  readonly #leases: LeaseBook;
  readonly #cleanups: CleanupBook;
  readonly #verdict: Verdict;
  readonly #pairs: PairBook;
  readonly #lives = new Map<string, Life>();
  /** Objects whose last lease just ended: each must show one new cleanup. */
  readonly #fallingDue = new Map<string, Owned>();
  #lastGeneration = 0;

  constructor({ leases, cleanups, verdict, pairs }: LifeBookParts) {
    this.#leases = leases;
    this.#cleanups = cleanups;
    this.#verdict = verdict;
    this.#pairs = pairs;
  }

  /** A create that took a new lease was committed. Called before the lease book learns of it. */
  created(command: CreateLease, lease: Lease): void {
    const key = objectKey(command.object);
    const pending = this.#cleanups.pendingOn(key);
    const held = this.#leases.active(key).size > 0;
    const life = this.#lives.get(key) ?? { generation: 0, owned: undefined };
    this.#lives.set(key, life);
    if (pending !== undefined) {
      this.#cleanups.revived(pending, lease.createTime);
      this.#verdict.expect(
        lease.priorAttempts === pending.reached,
        'S7',
        () =>
          `create on ${key} tells of ${lease.priorAttempts} prior attempts, there were ${pending.reached}`,
      );
    }
    this.#verdict.expect(
      lease.revived === (pending !== undefined),
      'S6',
      () => `create on ${key} says revived: ${lease.revived}`,
    );
    if (held) {
      this.#verdict.expect(
        lease.generation === life.generation,
        'S1',
        () => `a lease on held ${key} has generation ${lease.generation}, not ${life.generation}`,
      );
    } else {
      this.#verdict.expect(
        lease.generation > this.#lastGeneration,
        'S8',
        () => `generation ${lease.generation} is not above the one before, ${this.#lastGeneration}`,
      );
      this.#lastGeneration = lease.generation;
      life.generation = lease.generation;
    }
    this.#own(life, command);
  }

  stateOf(key: string): ObjectState {
    const pending = this.#cleanups.pendingOn(key);
    if (pending !== undefined) return stateOf(pending);
    return this.#leases.active(key).size > 0 ? 'HELD' : 'none';
  }

  /** The service that owns the object's cleanup. */
  ownerOf(key: string): string | undefined {
    return this.#lives.get(key)?.owned?.serviceId;
  }

  /** Whether the store may refuse this create as `OBJECT_BEING_COLLECTED`. */
  beingCollected(key: string): boolean {
    const pending = this.#cleanups.pendingOn(key);
    return pending !== undefined && BARRED.has(stateOf(pending));
  }

  /** Whether the object's cleanup is another service's, and another one than this. */
  ownedByAnother({ object, serviceId, cleanup }: CreateLease): boolean {
    const owned = this.#lives.get(objectKey(object))?.owned;
    return (
      owned !== undefined &&
      cleanup !== undefined &&
      owned.serviceId !== serviceId &&
      owned.hash !== cleanup.hash
    );
  }

  /** A lease ended. Called after the lease book learned of it. */
  leaseEnded(known: KnownLease, disposition: Disposition | undefined): void {
    const { key, lease } = known;
    const life = this.#lives.get(key);
    if (life === undefined) return;
    const kept = disposition === 'KEEP' ? life.owned : undefined;
    if (kept !== undefined) {
      this.#verdict.expect(
        kept.serviceId === lease.serviceId,
        'ownership',
        () => `${lease.serviceId} kept ${key}, whose cleanup belongs to ${kept.serviceId}`,
      );
      life.owned = undefined;
    }
    const isHeld = this.#leases.active(key).size > 0;
    this.#pairs.met('object', 'HELD', endEvent(disposition), isHeld ? 'HELD' : life.owned ? 'DUE' : 'none');
    if (isHeld) return;
    if (life.owned !== undefined) {
      this.#fallingDue.set(key, life.owned);
      return;
    }
    this.#lives.delete(key);
    if (kept === undefined) return;
    this.#cleanups.totals.ended += 1;
    this.#cleanups.totals.kept += 1;
  }

  /** Compares every cleanup with what the store shows after a verb. `worldMs`: the world's. */
  async reconcile(store: LeaseStore, now: Instant, worldMs: number): Promise<void> {
    const { cleanups: rows } = await store.listCleanups({ limit: 1_000 });
    const shown = new Set(rows.map(({ cleanupId }) => cleanupId));
    for (const row of rows) this.#compare(row, now, worldMs);
    for (const key of this.#fallingDue.keys()) {
      this.#verdict.broken('S6', `the last lease on ${key} ended, and no cleanup is due`);
    }
    for (const known of this.#cleanups.pending) {
      if (!shown.has(known.cleanupId)) await this.#explain(store, known);
    }
  }

  /** A cleanup is over: its object leaves with it, unless it was revived. */
  async finished(store: LeaseStore, cleanupId: string): Promise<void> {
    const known = this.#cleanups.get(cleanupId);
    if (known === undefined) return;
    if (known.state !== 'REVIVED') this.#lives.delete(known.key);
    const shown = await store.getCleanup(cleanupId);
    this.#expectState(known, shown?.state);
  }

  #compare(row: Cleanup, now: Instant, worldMs: number): void {
    const key = objectKey(row.object);
    const owned = this.#fallingDue.get(key);
    if (owned !== undefined) {
      this.#fallingDue.delete(key);
      this.#cleanups.fellDue(row, owned.maxAttempts, now);
      this.#verdict.expect(
        row.serviceId === owned.serviceId && row.leaseId === owned.leaseId,
        'ownership',
        () =>
          `the cleanup of ${key} is that of lease ${row.leaseId} of ${row.serviceId}, not of ${owned.leaseId} of ${owned.serviceId}`,
      );
    }
    const known = this.#cleanups.get(row.cleanupId);
    if (known === undefined) {
      this.#verdict.broken('S6', `cleanup ${row.cleanupId} of ${key} is ${row.state}, but no life ended`);
      return;
    }
    if (row.state === 'ABANDONED' && row.abandonReason === 'CLAIM_LOST' && known.state !== 'ABANDONED') {
      this.#pairs.met('object', stateOf(known), 'claim', 'ABANDONED (CLAIM_LOST)');
      this.#cleanups.abandoned(known, 'CLAIM_LOST', worldMs);
    }
    this.#expectState(known, row.state);
    this.#verdict.expect(
      row.attempts === known.attempts && row.fence === known.fence,
      'S8',
      () =>
        `cleanup ${row.cleanupId} shows attempt ${row.attempts}, fence ${row.fence}; expected ${known.attempts}, ${known.fence}`,
    );
    this.#verdict.expect(
      row.generation === this.#lives.get(key)?.generation,
      'S7',
      () => `cleanup ${row.cleanupId} shows generation ${row.generation}`,
    );
    this.#verdict.expect(
      this.#leases.active(key).size === 0,
      'S1',
      () => `${key} is ${row.state} while it is held`,
    );
  }

  async #explain(store: LeaseStore, known: KnownCleanup): Promise<void> {
    const shown = await store.getCleanup(known.cleanupId);
    this.#verdict.broken(
      'S6',
      `cleanup ${known.cleanupId} of ${known.key} should be ${known.state}, it is ${shown?.state ?? 'gone'}`,
    );
  }

  #expectState(known: KnownCleanup, shown: CleanupState | undefined): void {
    this.#verdict.expect(
      shown === known.state,
      'S6',
      () => `cleanup ${known.cleanupId} of ${known.key} is ${shown ?? 'gone'}, expected ${known.state}`,
    );
  }

  #own(life: Life, { cleanup, serviceId, leaseId }: CreateLease): void {
    if (cleanup === undefined || cleanup.hash === life.owned?.hash) return;
    const maxAttempts = cleanup.spec.retry.maxAttempts;
    life.owned = { hash: cleanup.hash, serviceId, leaseId, maxAttempts };
  }
}
