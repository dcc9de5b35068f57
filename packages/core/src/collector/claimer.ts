import type { CleanupClaim } from '../cleanup/cleanup.js';
import type { Clock } from '../clock/clock.js';
import type { Observer } from '../events/events.js';
import { MAX_BATCH } from '../service/limits.js';
import type { LeaseStore } from '../store/lease-store.js';
import type { Breakers } from './breakers.js';
import type { Pace } from './pace.js';
import type { PassedOver } from './passed-over.js';
import type { Slots } from './slots.js';

/**
 * For how long an endpoint that had nothing due is passed over at most. Slots come free while a claim is answered and its
 * attempts start, so that in a storm there is more after nearly every claim; without a limit, an endpoint with one slow
 * attempt under way was not asked for 4 s (L3).
 */
const EXHAUSTED_MS = 100;

export interface ClaimerOptions {
  readonly store: Pick<LeaseStore, 'claimCleanups'>;
  readonly slots: Slots;
  readonly passedOver: PassedOver;
  readonly breakers: Breakers;
  readonly clock: Clock;
  readonly claimant: string;
  readonly claimMs: number;
  readonly perEndpoint: number;
  readonly tell: Observer;
  /** Takes over a claim that was sent when the monotonic clock stood at `claimedMs`. */
  readonly start: (claim: CleanupClaim, claimedMs: number) => void;
}

/**
 * Claims due cleanups, as many as have a free slot.
 *
 * One claim names one limit for all endpoints, while their free slots differ. So it takes the least that any open
 * endpoint has free. Where that cut an endpoint short, or the batch was full, there is {@link more}, and the next claim
 * passes over the endpoints that turned out to have nothing due, so that their few free slots bound nobody else.
 * Likewise, a claim that offers half-open endpoints their probe takes one of each endpoint.
 */
export class Claimer {
  readonly #options: ClaimerOptions;
  #exhausted = new Set<string>();
  #exhaustedUntilMs = -Infinity;
  #more = false;

  constructor(options: ClaimerOptions) {
    this.#options = options;
  }

  /** Whether the claim before this moment left something due that has a free slot. */
  get more(): boolean {
    return this.#more && this.#options.slots.free > 0;
  }

  /**
   * One claim; how many were claimed. Without a free slot the store is not asked. By the pace, if there is one: otherwise as
   * many as have a free slot, and they start at once.
   */
  async claim(pace?: Pick<Pace, 'batch' | 'answered' | 'turn'>): Promise<number> {
    const { store, slots, passedOver, breakers, clock, claimant, claimMs, perEndpoint, tell, start } =
      this.#options;
    if (!this.#more || clock.monotonicMs() >= this.#exhaustedUntilMs) {
      this.#exhausted = new Set();
      this.#exhaustedUntilMs = clock.monotonicMs() + EXHAUSTED_MS;
    }
    this.#more = false;
    const limit = Math.min(slots.free, pace?.batch ?? Infinity, MAX_BATCH);
    if (limit <= 0) return 0;

    const full = slots.endpoints.filter((endpoint) => slots.freeAt(endpoint) <= 0);
    const { passOver, probes } = breakers.forClaim(limit);
    const busyEndpoints = [...new Set([...full, ...this.#exhausted, ...passedOver.current(), ...passOver])];
    const open = slots.endpoints.filter((endpoint) => !busyEndpoints.includes(endpoint));
    const mostEach = probes.size > 0 ? 1 : perEndpoint;
    const perEndpointLimit = Math.min(mostEach, ...open.map((endpoint) => slots.freeAt(endpoint)));

    // Read before the claim is sent: however long the answer takes, the claim is at most this old.
    const claimedMs = clock.monotonicMs();
    const claims = await store.claimCleanups({ claimant, limit, perEndpointLimit, busyEndpoints, claimMs });
    let starts = pace?.answered(claims) ?? Infinity;
    if (claims.length > 0) tell({ type: 'cleanups-claimed', claims });
    for (const claim of claims) {
      if (pace && starts <= 0) starts = await pace.turn();
      start(claim, claimedMs);
      starts -= 1;
    }

    const claimed = countByEndpoint(claims);
    const cutShort = [...claimed].some(
      ([endpoint, count]) => count >= perEndpointLimit && slots.freeAt(endpoint) > 0 && !probes.has(endpoint),
    );
    const isFull = claims.length >= limit;
    this.#more = cutShort || isFull;
    // In a storm batches are full for minutes: whoever had nothing due before may have by now, and must not wait for its end (L3).
    if (isFull) this.#exhausted = new Set();
    else {
      for (const endpoint of open) {
        if ((claimed.get(endpoint) ?? 0) < perEndpointLimit) this.#exhausted.add(endpoint);
      }
      if (probes.size > 0) breakers.nothingDue([...probes].filter((endpoint) => !claimed.has(endpoint)));
    }
    return claims.length;
  }
}

function countByEndpoint(claims: readonly CleanupClaim[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { endpoint } of claims) counts.set(endpoint, (counts.get(endpoint) ?? 0) + 1);
  return counts;
}
