import type { Random } from '../random/random.js';

/** Failures in a row that open a breaker. */
export const FAILURES_TO_OPEN = 5;

/** How long it stays open at first. Doubles with each probe that fails, up to {@link MAX_OPEN_MS}. */
export const FIRST_OPEN_MS = 1_000;

/** An endpoint that is back is noticed within this, and one that stays away costs a slot this often. */
export const MAX_OPEN_MS = 60_000;

/** `closed`: attempts go through. `open`: none does. `half-open`: one does, the probe, and its end decides. */
export type BreakerState = 'closed' | 'open' | 'half-open';

/** Leave for one attempt at an endpoint. */
export interface Permit {
  readonly endpoint: string;
}

/**
 * The breaker of one endpoint. It looks only at what attempts say of the endpoint: whose trouble a failure is, others
 * decide. An attempt that was under way when it opened can close it, but neither keep it open nor open it further.
 */
export class Breaker {
  #state: BreakerState = 'closed';
  #failures = 0;
  #openings = 0;
  #untilMs = 0;
  #probe: Permit | undefined;

  get state(): BreakerState {
    return this.#state;
  }

  /** Whether an attempt that may start now would be the probe. */
  get wantsProbe(): boolean {
    return this.#state === 'half-open' && this.#probe === undefined;
  }

  /** From open to half-open, once it was open long enough. Says whether that is now. */
  ripen(nowMs: number): boolean {
    if (this.#state !== 'open' || nowMs < this.#untilMs) return false;
    this.#state = 'half-open';
    return true;
  }

  /** This attempt is the probe. */
  probe(permit: Permit): void {
    if (!this.wantsProbe) throw new Error(`${permit.endpoint} takes no probe`);
    this.#probe = permit;
  }

  /** The endpoint failed an attempt. `restMs`: what it asked for and was granted, or 0. */
  failed(permit: Permit, nowMs: number, restMs: number, random: Random): void {
    const isProbe = this.#probe === permit;
    if (isProbe) this.#probe = undefined;
    if (this.#state === 'closed') this.#failures += 1;
    if (!isProbe && !(this.#state === 'closed' && this.#failures >= FAILURES_TO_OPEN)) return;
    this.#untilMs = nowMs + openMs(++this.#openings, restMs, random);
    this.#state = 'open';
  }

  /** An attempt ended without a word about the endpoint: if it was the probe, there may be another. */
  endedInSilence(permit: Permit): void {
    if (this.#probe === permit) this.#probe = undefined;
  }
}

/**
 * Anywhere in the upper half of a bound that doubles: replicas that saw the same endpoint fail do not probe it in step.
 * Not less than the rest that it was granted, but never more than {@link MAX_OPEN_MS}.
 */
export function openMs(openings: number, restMs: number, random: Random): number {
  const boundMs = Math.min(MAX_OPEN_MS, FIRST_OPEN_MS * 2 ** (openings - 1));
  const jitteredMs = Math.floor((boundMs * (1 + random.next())) / 2);
  return Math.max(jitteredMs, Math.min(MAX_OPEN_MS, restMs));
}
