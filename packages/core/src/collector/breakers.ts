import type { Clock } from '../clock/clock.js';
import type { Observer } from '../events/events.js';
import type { Random } from '../random/random.js';
import { Breaker, type BreakerState, type Permit } from './breaker.js';
import type { AttemptResult } from './executor.js';
import { ProbeLine } from './probe-line.js';

/**
 * Endpoints that failed lately and are remembered. Their list travels with every claim. Beyond so many, the one that
 * failed longest ago is forgotten, and has to fail again as often as if it had never failed.
 */
export const MAX_TRACKED = 1_000;

export interface BreakersOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly tell: Observer;
  /** Attempts in flight, of all endpoints. */
  readonly maxConcurrent: number;
}

/** What else there is to know of the end of an attempt. */
export interface Circumstances {
  /** What its endpoint asked for by Retry-After, as far as the cleanup's policy grants it. Default 0. */
  readonly restMs?: number;
  /**
   * This process slept until long after the attempt's timeout. Then it says nothing that no answer was seen, since one may
   * have been there all the time: a replica that is suspended now and then would sooner or later take a healthy endpoint
   * for dead. Default false.
   */
  readonly overslept?: boolean;
}

/** What a claim has to heed. */
export interface ClaimRoom {
  /** Endpoints of which nothing may be claimed. */
  readonly passOver: readonly string[];
  /** Endpoints of which one cleanup may be claimed, as a probe. */
  readonly probes: ReadonlySet<string>;
}

/**
 * The breakers of the endpoints that failed lately; all others are closed.
 *
 * A probe may hang until its timeout. All probes together hold at most a quarter of the slots, so that a thousand dead
 * endpoints leave the rest to the living; half-open endpoints wait for their probe in line.
 */
export class Breakers {
  readonly #options: BreakersOptions;
  readonly #maxProbes: number;
  /** In the order of their latest failures, the oldest first. */
  readonly #breakers = new Map<string, Breaker>();
  /** Half-open and without a probe. */
  readonly #line = new ProbeLine();
  readonly #probes = new Set<Permit>();

  constructor(options: BreakersOptions) {
    this.#options = options;
    this.#maxProbes = Math.max(1, Math.floor(options.maxConcurrent / 4));
  }

  /** What the claim that is sent now, of at most `limit` cleanups, has to heed. */
  forClaim(limit: number): ClaimRoom {
    const nowMs = this.#options.clock.monotonicMs();
    const tripped: string[] = [];
    for (const [endpoint, breaker] of this.#breakers) {
      this.#ripen(endpoint, breaker, nowMs);
      if (breaker.state !== 'closed') tripped.push(endpoint);
    }
    const probes = new Set(this.#line.offer(nowMs, limit, this.#maxProbes - this.#probes.size));
    return { passOver: tripped.filter((endpoint) => !probes.has(endpoint)), probes };
  }

  /** Of the endpoints that were offered their probe, these had nothing due. */
  nothingDue(endpoints: readonly string[]): void {
    this.#line.nothingDue(endpoints, this.#options.clock.monotonicMs());
  }

  /** Leave for an attempt, which has to be told to {@link ended}; unset if its endpoint's breaker does not let it through. */
  admit(endpoint: string): Permit | undefined {
    const permit = { endpoint };
    const breaker = this.#breakers.get(endpoint);
    if (breaker === undefined) return permit;
    this.#ripen(endpoint, breaker, this.#options.clock.monotonicMs());
    if (breaker.state === 'closed') return permit;
    if (!breaker.wantsProbe || this.#probes.size >= this.#maxProbes) return undefined;
    breaker.probe(permit);
    this.#probes.add(permit);
    this.#line.leave(endpoint);
    return permit;
  }

  /** How an attempt that was admitted ended. */
  ended(permit: Permit, result: AttemptResult, { restMs = 0, overslept = false }: Circumstances = {}): void {
    this.#probes.delete(permit);
    const missed = overslept && result.kind === 'retry' && result.contact === 'unanswered';
    switch (missed ? 'none' : signOf(result)) {
      case 'up':
        this.#close(permit.endpoint, 'closed');
        return;
      case 'down':
        this.#failed(permit, restMs);
        return;
      case 'none':
        this.#endedInSilence(permit);
    }
  }

  #ripen(endpoint: string, breaker: Breaker, nowMs: number): void {
    if (!breaker.ripen(nowMs)) return;
    this.#line.join(endpoint);
    this.#changed(endpoint, 'open', 'half-open');
  }

  #failed(permit: Permit, restMs: number): void {
    const { clock, random } = this.#options;
    const { endpoint } = permit;
    const breaker = this.#breakers.get(endpoint) ?? new Breaker();
    this.#breakers.delete(endpoint);
    this.#breakers.set(endpoint, breaker);
    if (this.#breakers.size > MAX_TRACKED) this.#forgetOldest();
    const from = breaker.state;
    breaker.failed(permit, clock.monotonicMs(), restMs, random);
    if (breaker.state !== from) this.#changed(endpoint, from, breaker.state);
  }

  #endedInSilence(permit: Permit): void {
    const breaker = this.#breakers.get(permit.endpoint);
    breaker?.endedInSilence(permit);
    if (!breaker?.wantsProbe || this.#line.has(permit.endpoint)) return;
    this.#line.join(permit.endpoint);
    // It is not dead, or this one was not for it: no reason to wait with the next.
    this.#line.hurry();
  }

  #forgetOldest(): void {
    for (const endpoint of this.#breakers.keys()) {
      this.#close(endpoint, 'forgotten');
      return;
    }
  }

  #close(endpoint: string, to: 'closed' | 'forgotten'): void {
    const state = this.#breakers.get(endpoint)?.state ?? 'closed';
    this.#breakers.delete(endpoint);
    this.#line.leave(endpoint);
    if (state !== 'closed') this.#changed(endpoint, state, to);
  }

  #changed(endpoint: string, from: BreakerState, to: BreakerState | 'forgotten'): void {
    let tripped = 0;
    for (const { state } of this.#breakers.values()) if (state !== 'closed') tripped += 1;
    this.#options.tell({ type: 'breaker-changed', endpoint, from, to, tripped });
  }
}

/** What the end of an attempt says about its endpoint. */
function signOf(result: AttemptResult): 'up' | 'down' | 'none' {
  switch (result.kind) {
    case 'done':
      return 'up';
    case 'fail':
      // An answer, unless nothing was sent.
      return result.abandonReason === 'TARGET_FORBIDDEN' ? 'none' : 'up';
    case 'retry':
      return result.cause === 'cleanup' ? 'none' : 'down';
    case 'unstarted':
      return 'none';
  }
}
