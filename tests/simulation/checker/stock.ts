import type { Instant, LeaseStore } from '@lease/core';
import type { AttemptBook } from './attempt-book.js';
import type { ClaimLog } from './claim-log.js';
import type { CleanupBook } from './cleanup-book.js';
import type { HoldBook } from './hold-book.js';
import type { LeaseBook } from './lease-book.js';
import type { LifeBook } from './life-book.js';
import type { PairBook } from './pair-book.js';
import type { PauseBook } from './pause-book.js';
import type { RecoveryBook } from './recovery-book.js';
import type { TakeoverBook } from './takeover-book.js';
import { checkTotals } from './totals.js';
import type { Verdict } from './verdict.js';

/** What a witness of the store's verbs judges by. */
export interface WitnessParts {
  /** The store's, for readings that change nothing. */
  readonly store: LeaseStore;
  /** The store's clock as the world knows it. */
  readonly storeNow: () => Instant;
  /** The world's time. */
  readonly worldMs: () => number;
  readonly verdict: Verdict;
  readonly pairs: PairBook;
  readonly leases: LeaseBook;
  readonly cleanups: CleanupBook;
  readonly claims: ClaimLog;
  readonly lives: LifeBook;
  readonly attempts: AttemptBook;
  readonly holds: HoldBook;
  readonly pauses: PauseBook;
  readonly recoveries: RecoveryBook;
  readonly takeovers: TakeoverBook;
}

/** After each step: every cleanup is as it should be, and the totals agree (S6, S8, S16). */
export async function takeStock(parts: WitnessParts): Promise<void> {
  const { lives, store, storeNow, worldMs } = parts;
  await lives.reconcile(store, storeNow(), worldMs());
  await count(parts);
}

export async function count({ cleanups, leases, store, verdict }: WitnessParts): Promise<void> {
  checkTotals(await store.stats(), leases, cleanups, verdict);
}
