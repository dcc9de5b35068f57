import type { Instant } from '@lease/core';
import type { Shape } from '../plan/shape.js';
import type { CleanupBook } from './cleanup-book.js';
import { slotWaitMs } from './slot-wait.js';
import type { Verdict } from './verdict.js';

const MAX_LATE_MS = 1_000;

/** L2: a replica died in mid-attempt, and another one takes over when its claim has run out, if there is one. */
export class TakeoverBook {
  readonly #verdict: Verdict;
  readonly #cleanups: CleanupBook;
  readonly #shape: Shape;
  readonly #worldMs: () => number;
  #alive = 0;
  #someAliveSinceMs = 0;

  constructor(verdict: Verdict, cleanups: CleanupBook, shape: Shape, worldMs: () => number) {
    this.#verdict = verdict;
    this.#cleanups = cleanups;
    this.#shape = shape;
    this.#worldMs = worldMs;
  }

  started(): void {
    if (this.#alive === 0) this.#someAliveSinceMs = this.#worldMs();
    this.#alive += 1;
  }

  died(): void {
    this.#alive -= 1;
  }

  /** Before the cleanups learn of it. */
  claimed(cleanupId: string, now: Instant): void {
    const known = this.#cleanups.get(cleanupId);
    // In this climate replicas die, and nothing else goes wrong.
    if (this.#shape.climate !== 'kills' || known?.state !== 'CLAIMED') return;
    const lateMs = Math.min(now - known.dueAt, this.#worldMs() - this.#someAliveSinceMs);
    this.#verdict.expect(
      lateMs <= MAX_LATE_MS + slotWaitMs(this.#cleanups, this.#shape),
      'L2',
      () => `cleanup ${cleanupId} was claimed anew ${lateMs} ms after it could be`,
    );
  }
}
