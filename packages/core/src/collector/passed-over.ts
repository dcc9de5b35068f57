import type { Clock } from '../clock/clock.js';

/**
 * How long an endpoint that this process cannot serve is left to others. Each look at it costs a claim that is given
 * back, with an entry in the cleanup's history, so it is not seconds.
 */
export const CANNOT_SERVE_MS = 60_000;

/**
 * How long an endpoint rests of which a claim came too late for its attempt. While the store is so slow, so will be the
 * next one, given back as well, and the next. But L5 allows 10 s from the store's return to the attempt.
 */
export const CAME_LATE_MS = 5_000;

/** Beyond so many the oldest is tried again early: the list travels with every claim. */
const MAX_PASSED_OVER = 1_000;

/** Endpoints that this process gave up for now, so that claiming and giving back does not go round in circles. */
export class PassedOver {
  readonly #clock: Clock;
  /** Until when, in the order of entry. */
  readonly #untilMs = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(endpoint: string, forMs: number): void {
    // A shorter rest takes nothing off a longer one.
    const untilMs = Math.max(this.#untilMs.get(endpoint) ?? 0, this.#clock.monotonicMs() + forMs);
    this.#untilMs.delete(endpoint);
    this.#untilMs.set(endpoint, untilMs);
    const [oldest] = this.#untilMs.keys();
    if (this.#untilMs.size > MAX_PASSED_OVER && oldest !== undefined) this.#untilMs.delete(oldest);
  }

  /** The endpoints to pass over now. */
  current(): readonly string[] {
    const nowMs = this.#clock.monotonicMs();
    for (const [endpoint, untilMs] of this.#untilMs) {
      if (untilMs <= nowMs) this.#untilMs.delete(endpoint);
    }
    return [...this.#untilMs.keys()];
  }
}
