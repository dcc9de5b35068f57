import type { Clock } from '../clock/clock.js';

/**
 * How long an endpoint that this process cannot serve is left to others. Each look at it costs a claim that is given
 * back, with an entry in the cleanup's history, so it is not seconds.
 */
const PASS_OVER_MS = 60_000;

/** Beyond so many the oldest is tried again early: the list travels with every claim. */
const MAX_PASSED_OVER = 1_000;

/** Endpoints that this process gave up for now, so that claiming and giving back does not go round in circles. */
export class PassedOver {
  readonly #clock: Clock;
  /** Until when, in the order of entry, which is also the order of the instants. */
  readonly #untilMs = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(endpoint: string): void {
    this.#untilMs.delete(endpoint);
    this.#untilMs.set(endpoint, this.#clock.monotonicMs() + PASS_OVER_MS);
    if (this.#untilMs.size > MAX_PASSED_OVER) {
      for (const oldest of this.#untilMs.keys()) {
        this.#untilMs.delete(oldest);
        break;
      }
    }
  }

  /** The endpoints to pass over now. */
  current(): readonly string[] {
    const nowMs = this.#clock.monotonicMs();
    for (const [endpoint, untilMs] of this.#untilMs) {
      if (untilMs > nowMs) break;
      this.#untilMs.delete(endpoint);
    }
    return [...this.#untilMs.keys()];
  }
}
