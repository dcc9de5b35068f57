import type { Instant } from '@lease/core';
import type { Shape } from '../plan/shape.js';
import type { CleanupBook } from './cleanup-book.js';
import type { Verdict } from './verdict.js';

const MAX_LATE_MS = 1_000;
/** One attempt in good weather, with its settle. */
const WAIT_FOR_SLOT_MS = 80;

/** L2: a replica died in mid-attempt, and another one takes over when its claim has run out, if there is one. */
export class TakeoverBook {
  readonly #verdict: Verdict;
  readonly #cleanups: CleanupBook;
  /** In this world replicas die, and nothing else goes wrong. */
  readonly #isJudged: boolean;
  readonly #worldMs: () => number;
  #alive = 0;
  #someAliveSinceMs = 0;

  constructor(verdict: Verdict, cleanups: CleanupBook, { climate }: Shape, worldMs: () => number) {
    this.#verdict = verdict;
    this.#cleanups = cleanups;
    this.#isJudged = climate === 'kills';
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
    if (!this.#isJudged || known?.state !== 'CLAIMED') return;
    const lateMs = Math.min(now - known.dueAt, this.#worldMs() - this.#someAliveSinceMs);
    this.#verdict.expect(
      lateMs <= MAX_LATE_MS + WAIT_FOR_SLOT_MS * this.#cleanups.totals.open,
      'L2',
      () => `cleanup ${cleanupId} was claimed anew ${lateMs} ms after it could be`,
    );
  }
}
