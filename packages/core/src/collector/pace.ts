import type { Clock } from '../clock/clock.js';

/**
 * The share of its time that a process works, at most, while it starts attempts. All that it does counts: at half, a
 * process with a third of its time to spare would have collected too slowly for what fell due (L1).
 */
const WANTED_SHARE = 0.65;
const AVERAGED_OVER_MS = 50;
/** The rate grows by e in half a second at most, and shrinks faster: a storm comes all at once. */
const GROWTH_PER_MS = 2 / 1_000;
const SHRINKAGE_PER_MS = 8 / 1_000;

/** The rate of a process that has time: a batch of 1,000 releases starts within 250 ms (L1). */
const FIRST_PER_MS = 5;
/** Whoever is busy for reasons that are not ours goes on all the same. */
const LEAST_PER_MS = 0.5;
const MOST_PER_MS = 20;
/** What was not used for so long may be made up for at once. */
const BURST_MS = 10;
/** Between two claims of a process that works as much as it may: what it starts in one turn holds up the rest. */
const REST_MS = 2;
/** How many such a process waits for: each claim, and each settling, is a commit of the store. */
const BATCH = 8;

/**
 * How many attempts may start. In a storm of cleanups, a process that starts whatever has a free slot answers nobody
 * else: each turn of its event loop takes as long as 64 attempts. So the rate of starts follows the share of its time that
 * the process works (L4). It counts starts, not attempts in flight: those that wait for a slow endpoint delay nobody.
 *
 * A token bucket whose rate an integral controller sets.
 */
export class Pace {
  readonly #clock: Clock;
  #perMs = FIRST_PER_MS;
  #ready = FIRST_PER_MS * BURST_MS;
  #share = 0;
  #atMs: number;
  #busyMs: number;
  /** More would have started than might: only then would a rate above the first be used. */
  #short = false;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#atMs = clock.monotonicMs();
    this.#busyMs = clock.busyMs?.() ?? 0;
  }

  /** How many may start now. */
  ready(): number {
    const nowMs = this.#clock.monotonicMs();
    const busyMs = this.#clock.busyMs?.() ?? 0;
    const passedMs = nowMs - this.#atMs;
    if (passedMs > 0) {
      const share = (busyMs - this.#busyMs) / passedMs;
      this.#share += (share - this.#share) * (1 - Math.exp(-passedMs / AVERAGED_OVER_MS));
      this.#ready = Math.min(Math.max(BATCH, this.#perMs * BURST_MS), this.#ready + passedMs * this.#perMs);
      this.#adjust(Math.min(passedMs, AVERAGED_OVER_MS));
    }
    this.#atMs = nowMs;
    this.#busyMs = busyMs;
    return Math.floor(this.#ready);
  }

  /** So many started, and whether more would have. */
  started(count: number, isMore: boolean): void {
    this.#ready -= count;
    if (isMore && this.#ready < 1) this.#short = true;
  }

  /** How long to leave the store alone after a claim that took so long; a busy process claims half of the time at most. */
  restMs(tookMs: number): number {
    const pressure = Math.min(1, this.#share / WANTED_SHARE);
    const batch = Math.max(1, pressure * BATCH);
    // Whole milliseconds: a fraction that rounding leaves over would be waited for again and again.
    const refillMs = Math.ceil((batch - this.#ready) / this.#perMs);
    return Math.max(pressure * Math.max(REST_MS, tookMs), refillMs);
  }

  #adjust(passedMs: number): void {
    const error = 1 - this.#share / WANTED_SHARE;
    const most = this.#short ? MOST_PER_MS : Math.max(FIRST_PER_MS, this.#perMs);
    this.#short = false;
    const gain = error > 0 ? GROWTH_PER_MS : SHRINKAGE_PER_MS;
    const perMs = this.#perMs * Math.exp(error * gain * passedMs);
    this.#perMs = Math.min(most, Math.max(LEAST_PER_MS, perMs));
  }
}
