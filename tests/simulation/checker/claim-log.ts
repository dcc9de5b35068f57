import type { CleanupClaim, ObjectRef } from '@lease/core';
import type { CleanupBook } from './cleanup-book.js';

/** A claim that was made once. */
interface PastClaim {
  readonly cleanupId: string;
  readonly object: ObjectRef;
  readonly fence: number;
  readonly atMs: number;
}

/** All claims, for somebody who settles one long after it was over. */
export class ClaimLog {
  readonly #cleanups: CleanupBook;
  readonly #claims: PastClaim[] = [];
  readonly #madeAtMs = new Map<number, number>();

  constructor(cleanups: CleanupBook) {
    this.#cleanups = cleanups;
  }

  /** When it was made, in the world's time. */
  madeAtMs({ fence }: CleanupClaim): number {
    return this.#madeAtMs.get(fence) ?? Infinity;
  }

  claimed({ cleanupId, object, fence }: CleanupClaim, worldMs: number): void {
    this.#madeAtMs.set(fence, worldMs);
    this.#claims.push({ cleanupId, object, fence, atMs: worldMs });
  }

  /** Since then, those that are no longer in force, the latest first. */
  bygone(sinceMs: number): readonly PastClaim[] {
    const recent = this.#claims.slice(1 + this.#claims.findLastIndex(({ atMs }) => atMs < sinceMs));
    return recent.filter(({ cleanupId, fence }) => this.#cleanups.get(cleanupId)?.fence !== fence).reverse();
  }
}
