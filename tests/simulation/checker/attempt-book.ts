import type { AttemptResult, CleanupClaim, CreateLease, Instant } from '@lease/core';
import { objectKey } from '@lease/core';
import { canonical } from '@lease/core/testing';
import type { Shape } from '../plan/shape.js';
import type { ClaimLog } from './claim-log.js';
import type { CleanupBook } from './cleanup-book.js';
import type { LeaseBook } from './lease-book.js';
import { slotWaitMs } from './slot-wait.js';
import type { Verdict } from './verdict.js';

/** An attempt that was sent to its endpoint. */
interface Sent {
  readonly claim: CleanupClaim;
  readonly atMs: number;
  contact: 'out' | 'answered' | 'unanswered' | 'unreached';
  /** The store's clock has leapt since the claim was made: it ran out before its claimant can know. */
  readonly excused: boolean;
}

interface Deeds {
  readonly sent: Sent[];
  /** How often a callback of the cleanup arrived. */
  arrivals: number;
  /** An endpoint said that the object is gone. */
  served: boolean;
}

export interface AttemptBookParts {
  readonly leases: LeaseBook;
  readonly cleanups: CleanupBook;
  readonly claims: ClaimLog;
  readonly verdict: Verdict;
  readonly shape: Shape;
  /** The store's clock as the world knows it. */
  readonly storeNow: () => Instant;
  /** The world's time. */
  readonly worldMs: () => number;
}

/** A few turns over the network. */
const OVER_NETWORK_MS = 100;

/** What left the collectors and what arrived at endpoints: S1, S2, S6, S7 and S9 as the outside sees them. */
export class AttemptBook {
  readonly #leases: LeaseBook;
  readonly #cleanups: CleanupBook;
  readonly #claims: ClaimLog;
  readonly #verdict: Verdict;
  readonly #shape: Shape;
  readonly #storeNow: () => Instant;
  readonly #worldMs: () => number;
  #unsettledAtDeaths = 0;
  #leapMs = -Infinity;
  readonly #byCleanup = new Map<string, Deeds>();
  readonly #byObject = new Map<string, Sent[]>();

  constructor({ leases, cleanups, claims, verdict, shape, storeNow, worldMs }: AttemptBookParts) {
    this.#storeNow = storeNow;
    this.#worldMs = worldMs;
    this.#leases = leases;
    this.#cleanups = cleanups;
    this.#claims = claims;
    this.#verdict = verdict;
    this.#shape = shape;
  }

  arrivalsOf(cleanupId: string): number {
    return this.#byCleanup.get(cleanupId)?.arrivals ?? 0;
  }

  /** Claims without an outcome that were found right after each kill: as many duplicates are allowed (S9). */
  get unsettledAtDeaths(): number {
    return this.#unsettledAtDeaths;
  }

  claimantDied(): void {
    this.#unsettledAtDeaths += this.#cleanups.pending.filter(({ state }) => state === 'CLAIMED').length;
  }

  /** The store's clock went forward: claims from before it may run out under their attempts. */
  leapt(): void {
    this.#leapMs = this.#worldMs();
  }

  /** A collector sends the callback, now. */
  sent(claim: CleanupClaim): Sent {
    const isFromBefore = this.#claims.madeAtMs(claim) <= this.#leapMs;
    const excused = isFromBefore && !this.#isClaimed(claim);
    const sent: Sent = { claim, atMs: this.#worldMs(), contact: 'out', excused };
    const { sent: before } = this.#deeds(claim.cleanupId);
    const last = before.at(-1);
    if (last) this.#expectSameBody(claim, last.claim);
    before.push(sent);
    if (excused) return sent;
    const now = this.#storeNow();
    const key = objectKey(claim.object);
    if (!isFromBefore) this.#expectClaimInForce(claim, now);
    this.#expectNobodyHolds(key, claim, now);
    if (last) this.#expectLaterThan(last.claim, claim);
    else this.#expectPunctual(claim, now);
    const onObject = this.#byObject.get(key) ?? [];
    this.#byObject.set(key, onObject);
    onObject.push(sent);
    return sent;
  }

  ended(sent: Sent, result: AttemptResult): void {
    if (result.kind === 'retry') sent.contact = result.contact;
    else sent.contact = isForbidden(result) ? 'unreached' : 'answered';
  }

  arrived(claim: CleanupClaim): void {
    this.#deeds(claim.cleanupId).arrivals += 1;
  }

  served(claim: CleanupClaim): void {
    this.#deeds(claim.cleanupId).served = true;
  }

  /** At least once: nobody may say that it is done unless it was (S6). */
  collected(cleanupId: string): void {
    this.#verdict.expect(
      this.#byCleanup.get(cleanupId)?.served === true,
      'S6',
      () => `cleanup ${cleanupId} counts as collected, but no endpoint did it`,
    );
  }

  /** A create took a lease: no attempt of an earlier life may still reach its endpoint (S1). */
  created({ object }: CreateLease): void {
    const key = objectKey(object);
    const dangling = (this.#byObject.get(key) ?? []).filter((sent) => this.#mayStillReach(sent));
    this.#verdict.expect(
      dangling.length === 0,
      'S1',
      () =>
        `a create on ${key} was committed while attempt ${dangling[0]?.claim.attempt} of ${dangling[0]?.claim.cleanupId} may reach its endpoint`,
    );
    this.#byObject.delete(key);
  }

  /** Out or unanswered, unless a later attempt was answered or somebody gave the cleanup up since. */
  #mayStillReach({ claim, contact, atMs }: Sent): boolean {
    if (contact === 'answered' || contact === 'unreached') return false;
    const { sent } = this.#deeds(claim.cleanupId);
    const answeredLater = sent.some(
      (later) => later.claim.fence > claim.fence && later.contact === 'answered',
    );
    return !answeredLater && atMs > (this.#cleanups.get(claim.cleanupId)?.writtenOffAtMs ?? 0);
  }

  /** The store has it as claimed by this claim. */
  #isClaimed({ cleanupId, fence }: CleanupClaim): boolean {
    const known = this.#cleanups.get(cleanupId);
    return known?.state === 'CLAIMED' && known.fence === fence;
  }

  #expectClaimInForce(claim: CleanupClaim, now: Instant): void {
    const known = this.#cleanups.get(claim.cleanupId);
    // An attempt must end before its claim does.
    const lastsUntil = now + claim.spec.retry.attemptTimeoutMs;
    this.#verdict.expect(
      this.#isClaimed(claim) && lastsUntil < (known?.dueAt ?? 0),
      'S1',
      () =>
        `attempt ${claim.attempt} of ${claim.cleanupId} was sent under fence ${claim.fence}, but the cleanup is ${known?.state ?? 'unknown'} under ${known?.fence ?? 'none'}, for another ${(known?.dueAt ?? now) - now} ms`,
    );
  }

  #expectNobodyHolds(key: string, claim: CleanupClaim, now: Instant): void {
    for (const { lease } of this.#leases.active(key)) {
      this.#verdict.broken('S1', `${key} is attempted while lease ${lease.leaseId} is active`);
    }
    for (const { lease } of this.#leases.on(key)) {
      if (lease.generation !== claim.generation) continue;
      const { leaseId, state, expireTime } = lease;
      const mayEnd = state === 'RELEASED' || now >= expireTime + this.#shape.graceMs;
      this.#verdict.expect(
        mayEnd,
        'S2',
        () =>
          `${key} is attempted ${expireTime + this.#shape.graceMs - now} ms before lease ${leaseId} could end`,
      );
    }
  }

  /** L1, where nothing ever fails: measured from the expire time and the grace, or from the release. */
  #expectPunctual({ cleanupId, dueTime, reason, lastLeaseId }: CleanupClaim, now: Instant): void {
    const { climate, perEndpoint, sweepIntervalMs, graceMs } = this.#shape;
    if (climate !== 'calm' || perEndpoint === 1) return;
    const lease = this.#leases.get(lastLeaseId)?.lease;
    const since = reason === 'EXPIRED' && lease !== undefined ? lease.expireTime + graceMs : dueTime;
    const mostMs = sweepIntervalMs + OVER_NETWORK_MS + slotWaitMs(this.#cleanups, this.#shape);
    this.#verdict.expect(
      now - since <= mostMs,
      'L1',
      () => `the first attempt of ${cleanupId} was sent ${now - since} ms after it could be`,
    );
  }

  #expectLaterThan(before: CleanupClaim, claim: CleanupClaim): void {
    this.#verdict.expect(
      claim.attempt > before.attempt && claim.fence > before.fence,
      'S7',
      () => `attempt ${claim.attempt} of ${claim.cleanupId} was sent after attempt ${before.attempt}`,
    );
  }

  #expectSameBody(claim: CleanupClaim, before: CleanupClaim): void {
    const [was, is] = [before, claim].map((each) => canonical({ ...each, attempt: 0, fence: 0 }));
    this.#verdict.expect(
      was === is,
      'S7',
      () => `the body of ${claim.cleanupId} changed from ${was} to ${is}`,
    );
  }

  #deeds(cleanupId: string): Deeds {
    let deeds = this.#byCleanup.get(cleanupId);
    if (deeds === undefined) {
      deeds = { sent: [], arrivals: 0, served: false };
      this.#byCleanup.set(cleanupId, deeds);
    }
    return deeds;
  }
}

/** Nothing was connected to. */
export function isForbidden(result: AttemptResult): boolean {
  return result.kind === 'fail' && result.abandonReason === 'TARGET_FORBIDDEN';
}

export type { Sent };
