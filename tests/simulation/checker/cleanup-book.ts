import {
  type AbandonReason,
  type Cleanup,
  type CleanupClaim,
  type CleanupOutcome,
  type Instant,
  MAX_LOST_CLAIMS,
  type SettleResult,
} from '@lease/core';
import type { ObjectEvent, ObjectState } from '../pairs/object-table.js';
import { describe, type KnownCleanup, newlyDue, stateOf } from './known-cleanup.js';
import type { PairBook } from './pair-book.js';
import type { Verdict } from './verdict.js';

/** Every cleanup from the end of a life to its own end: the states of the object machine, S1, S6 and S8. */
export class CleanupBook {
  readonly totals = { ended: 0, collected: 0, abandoned: 0, open: 0, revived: 0, kept: 0, forgotten: 0 };
  readonly attempts = { claimed: 0, done: 0, retried: 0, failed: 0, unstarted: 0, lost: 0, stale: 0 };
  readonly #verdict: Verdict;
  readonly #pairs: PairBook;
  readonly #byId = new Map<string, KnownCleanup>();
  readonly #pending = new Map<string, KnownCleanup>();
  readonly #recorded = new Map<number, { readonly cleanupId: string; readonly kind: string }>();
  #lastFence = 0;

  constructor(verdict: Verdict, pairs: PairBook) {
    this.#verdict = verdict;
    this.#pairs = pairs;
  }

  get(cleanupId: string): KnownCleanup | undefined {
    return this.#byId.get(cleanupId);
  }

  stateOf(cleanupId: string): ObjectState {
    const known = this.get(cleanupId);
    return known === undefined ? 'none' : stateOf(known);
  }

  get all(): readonly KnownCleanup[] {
    return [...this.#byId.values()];
  }

  /** Open and abandoned ones. */
  get pending(): readonly KnownCleanup[] {
    return [...this.#pending.values()];
  }

  pendingOn(key: string): KnownCleanup | undefined {
    return this.#pending.get(key);
  }

  /** The last lease on the object ended. */
  fellDue(cleanup: Cleanup, maxAttempts: number, now: Instant): void {
    const known = newlyDue(cleanup, maxAttempts, now);
    this.#verdict.expect(
      !this.#byId.has(known.cleanupId),
      'S7',
      () => `cleanup id ${known.cleanupId} came twice`,
    );
    this.#byId.set(known.cleanupId, known);
    this.#pending.set(known.key, known);
    this.totals.ended += 1;
    this.totals.open += 1;
  }

  claimed(claim: CleanupClaim, claimMs: number, now: Instant): void {
    const known = this.#byId.get(claim.cleanupId);
    const claimable =
      known !== undefined && (known.state === 'DUE' || known.state === 'CLAIMED') && known.dueAt <= now;
    this.#verdict.expect(
      claimable,
      'S1',
      () => `cleanup ${claim.cleanupId} was claimed while ${describe(known, now)}`,
    );
    this.#verdict.expect(
      claim.fence > this.#lastFence,
      'S8',
      () => `fence ${claim.fence} is not above the one before, ${this.#lastFence}`,
    );
    this.#lastFence = claim.fence;
    if (known === undefined) return;
    const before = stateOf(known);
    if (known.state === 'CLAIMED') this.#lose(known);
    this.#pairs.met('object', before, 'claim', before === 'CLAIMED' ? 'CLAIMED (anew)' : 'CLAIMED');
    known.state = 'CLAIMED';
    known.attempts += 1;
    known.fence = claim.fence;
    known.dueAt = now + claimMs;
    this.attempts.claimed += 1;
    this.#verdict.expect(
      claim.attempt === known.attempts && claim.generation === known.generation,
      'S7',
      () =>
        `cleanup ${claim.cleanupId} was claimed as attempt ${claim.attempt} of generation ${claim.generation}, expected ${known.attempts} of ${known.generation}`,
    );
  }

  settled(outcome: CleanupOutcome, result: SettleResult, now: Instant, worldMs: number): void {
    const known = this.#byId.get(outcome.cleanupId);
    const current = known?.state === 'CLAIMED' && known.fence === outcome.fence;
    const recorded = this.#recorded.get(outcome.fence);
    const again = recorded?.cleanupId === outcome.cleanupId && recorded.kind === outcome.kind;
    const expected = current || again ? 'settled' : 'stale';
    this.#verdict.expect(
      result === expected,
      'S8',
      () =>
        `outcome ${outcome.kind} under fence ${outcome.fence} was ${result}, expected ${expected}: ${describe(known, now)}`,
    );
    if (!current) {
      if (!again) this.attempts.stale += 1;
      const state = this.stateOf(outcome.cleanupId);
      const shown = result === 'settled' ? state : result;
      this.#pairs.met('object', state, again ? 'settle again' : 'settle too late', shown);
      return;
    }
    this.#apply(known, outcome, now, worldMs);
    const { abandonReason } = known;
    const after = abandonReason === undefined ? stateOf(known) : `ABANDONED (${abandonReason})`;
    this.#pairs.met('object', 'CLAIMED', settleEvent(outcome), after);
  }

  #apply(known: KnownCleanup, outcome: CleanupOutcome, now: Instant, worldMs: number): void {
    this.#recorded.set(outcome.fence, { cleanupId: outcome.cleanupId, kind: outcome.kind });
    known.fence = undefined;
    switch (outcome.kind) {
      case 'done':
        this.attempts.done += 1;
        this.#finish(known, 'COLLECTED', now);
        return;
      case 'fail':
        this.attempts.failed += 1;
        if (outcome.abandonReason !== 'TARGET_FORBIDDEN') known.reached += 1;
        this.abandoned(known, outcome.abandonReason, worldMs);
        return;
      case 'unstarted':
        this.attempts.unstarted += 1;
        known.attempts -= 1;
        known.dueAt = now;
        known.state = 'DUE';
        return;
      case 'retry':
        this.attempts.retried += 1;
        if (outcome.contact !== 'unreached') {
          known.unanswered = outcome.contact === 'unanswered';
          known.spent += 1;
          known.reached += 1;
        }
        if (known.spent >= known.maxAttempts) this.abandoned(known, outcome.abandonReason, worldMs);
        else {
          known.dueAt = now + outcome.delayMs;
          known.state = 'DUE';
        }
    }
  }

  /** Given up: by its outcome, or because its claims ran out too often. */
  abandoned(known: KnownCleanup, reason: AbandonReason, worldMs: number): void {
    if (reason === 'CLAIM_LOST') {
      if (known.state === 'CLAIMED') this.#lose(known);
      this.#verdict.expect(
        known.lost >= MAX_LOST_CLAIMS,
        'S3',
        () => `cleanup ${known.cleanupId} was given up after ${known.lost} lost claims`,
      );
    }
    known.state = 'ABANDONED';
    known.abandonReason = reason;
    known.unanswered = false;
    known.fence = undefined;
    known.writtenOffAtMs = worldMs;
    this.totals.open -= 1;
    this.totals.abandoned += 1;
  }

  /** An operator gave it a fresh budget. */
  retried(cleanupId: string, dueAt: Instant): void {
    const known = this.#byId.get(cleanupId);
    this.#verdict.expect(
      known?.state === 'ABANDONED',
      'S3',
      () => `cleanup ${cleanupId} was retried while ${known?.state ?? 'unknown'}`,
    );
    if (known === undefined) return;
    Object.assign(known, { state: 'DUE', spent: 0, lost: 0, dueAt, abandonReason: undefined });
    this.totals.abandoned -= 1;
    this.totals.open += 1;
  }

  /** Returns whether it was this command that ended it: a repeated one is answered like the first. */
  forgotten(cleanupId: string, now: Instant, worldMs: number): boolean {
    const known = this.#byId.get(cleanupId);
    if (known?.state === 'FORGOTTEN') return false;
    this.#verdict.expect(
      known?.state === 'ABANDONED' || known?.state === 'DUE',
      'S3',
      () => `cleanup ${cleanupId} was forgotten while ${known?.state ?? 'unknown'}`,
    );
    if (known === undefined) return false;
    known.writtenOffAtMs = worldMs;
    this.#finish(known, 'FORGOTTEN', now);
    return true;
  }

  revived(known: KnownCleanup, now: Instant): void {
    const idle = known.state === 'ABANDONED' || (known.state === 'DUE' && !known.unanswered);
    this.#verdict.expect(
      idle,
      'S1',
      () =>
        `a create revived ${known.key} while an attempt may reach its endpoint: ${known.state}${known.unanswered ? ', unanswered' : ''}`,
    );
    this.#finish(known, 'REVIVED', now);
  }

  #lose(known: KnownCleanup): void {
    known.lost += 1;
    known.reached += 1;
    known.unanswered = true;
    this.attempts.lost += 1;
    this.#recorded.set(known.fence ?? 0, { cleanupId: known.cleanupId, kind: 'lost' });
  }

  #finish(known: KnownCleanup, state: 'COLLECTED' | 'REVIVED' | 'FORGOTTEN', now: Instant): void {
    if (known.state === 'ABANDONED') this.totals.abandoned -= 1;
    else this.totals.open -= 1;
    if (state === 'COLLECTED') this.totals.collected += 1;
    else if (state === 'REVIVED') this.totals.revived += 1;
    else this.totals.forgotten += 1;
    known.state = state;
    known.endedAt = now;
    this.#pending.delete(known.key);
  }
}

function settleEvent(outcome: CleanupOutcome): ObjectEvent {
  return outcome.kind === 'retry' ? `settle retry, ${outcome.contact}` : `settle ${outcome.kind}`;
}
