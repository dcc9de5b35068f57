import type { Instant, LeaseStore } from '@lease/core';
import { AnswerBook } from '../checker/answer-book.js';
import { AttemptBook } from '../checker/attempt-book.js';
import { BreakerBook } from '../checker/breaker-book.js';
import { ClaimLog } from '../checker/claim-log.js';
import { CleanupBook } from '../checker/cleanup-book.js';
import { HoldBook } from '../checker/hold-book.js';
import { LeaseBook } from '../checker/lease-book.js';
import { LifeBook } from '../checker/life-book.js';
import { PairBook } from '../checker/pair-book.js';
import { PauseBook } from '../checker/pause-book.js';
import { RecoveryBook } from '../checker/recovery-book.js';
import { TakeoverBook } from '../checker/takeover-book.js';
import type { Verdict } from '../checker/verdict.js';
import { CleanupWitness } from '../checker/cleanup-witness.js';
import { LeaseWitness } from '../checker/lease-witness.js';
import type { Coverage } from '../engine/coverage.js';
import type { Scheduler } from '../engine/scheduler.js';
import type { Shape } from '../plan/shape.js';

export interface BookParts {
  readonly scheduler: Scheduler;
  readonly coverage: Coverage;
  readonly verdict: Verdict;
  readonly shape: Shape;
  readonly store: LeaseStore;
  readonly storeNow: () => Instant;
}

/** All that the checker keeps about one world. */
export interface Books {
  readonly pairs: PairBook;
  readonly takeovers: TakeoverBook;
  readonly leases: LeaseBook;
  readonly cleanups: CleanupBook;
  readonly claims: ClaimLog;
  readonly attempts: AttemptBook;
  readonly breakers: BreakerBook;
  readonly holds: HoldBook;
  readonly answers: AnswerBook;
  readonly leaseWitness: LeaseWitness;
  readonly cleanupWitness: CleanupWitness;
}

export function openBooks({ scheduler, coverage, verdict, shape, store, storeNow }: BookParts): Books {
  const worldMs = () => scheduler.nowMs;
  const pairs = new PairBook(verdict, coverage);
  const leases = new LeaseBook(verdict);
  const cleanups = new CleanupBook(verdict, pairs);
  const claims = new ClaimLog(cleanups);
  const lives = new LifeBook({ leases, cleanups, verdict, pairs });
  const attempts = new AttemptBook({
    leases,
    cleanups,
    claims,
    verdict,
    shape,
    storeNow,
    worldMs,
  });
  const breakers = new BreakerBook(verdict, shape, worldMs);
  const holds = new HoldBook({ scheduler, verdict, leases, protectedHere: shape.climate === 'outages' });
  const answers = new AnswerBook(verdict, leases);
  const pauses = new PauseBook(verdict);
  const recoveries = new RecoveryBook(verdict);
  const takeovers = new TakeoverBook(verdict, cleanups, shape, worldMs);
  const parts = {
    store,
    storeNow,
    worldMs,
    verdict,
    pairs,
    leases,
    cleanups,
    claims,
    lives,
    attempts,
    holds,
    takeovers,
    pauses,
    recoveries,
  };
  const leaseWitness = new LeaseWitness(parts);
  const cleanupWitness = new CleanupWitness(parts);
  return {
    pairs,
    claims,
    takeovers,
    leases,
    cleanups,
    attempts,
    breakers,
    holds,
    answers,
    leaseWitness,
    cleanupWitness,
  };
}
