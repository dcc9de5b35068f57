import type { Clock } from '../clock/clock.js';

/**
 * How late the timers of a process may run, on average, that answers its callers in time. Measured on two cores, 20,000
 * cleanups at once: at 1 ms renewals had 2 to 3 times their idle p99, at 2 ms 4 times, without a bound 20 times.
 */
const WANTED_LATE_MS = 1.25;
const AVERAGED_OVER_MS = 50;
/** More counts as so much: a process that slept for an hour is not an hour late from then on. */
const MOST_LATE_MS = 20;
/** The rate grows by e in half a second at most, and shrinks up to three times as fast. */
const GAIN_PER_MS = 2 / 1_000;
const MOST_ERROR = 3;

/** So many a second at first: a process that never did this has its code yet to compile. */
const FIRST_PER_MS = 1;
/** Whoever is late for reasons that are not ours goes on all the same. */
const LEAST_PER_MS = 0.2;
const MOST_PER_MS = 20;
/** What was not used for so long may be made up for at once. */
const BURST_MS = 20;
/**
 * At least between two claims of a process that is as late as it may be; one that is in time needs no rest. Only a timer
 * that was set a little ahead tells how long whatever comes in has to wait: one that is set by the end of an attempt finds
 * the loop at the end of its work.
 */
const REST_MS = 4;

/**
 * How many attempts may start. In a storm of cleanups, a process that starts whatever has a free slot answers nobody
 * else: each turn of its event loop takes as long as 64 attempts. So the rate of starts follows how late the process's
 * own timers run (L4). It counts starts, not attempts in flight: those that wait for a slow endpoint delay nobody.
 *
 * A token bucket whose rate an integral controller sets.
 */
export class Pace {
  readonly #clock: Clock;
  #perMs = FIRST_PER_MS;
  #ready = FIRST_PER_MS * BURST_MS;
  #filledMs: number;
  #lateMs = 0;
  #observedMs: number;
  /** More would have started than might: only then would a higher rate be used. */
  #short = false;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#filledMs = this.#observedMs = clock.monotonicMs();
  }

  /** Something of this process ran so much later than it was due. */
  observe(lateMs: number): void {
    const nowMs = this.#clock.monotonicMs();
    // What a late turn did not start is not made up for: the next one would be late for it.
    const lostMs = Math.min(lateMs, nowMs - this.#filledMs);
    this.#filledMs += lostMs;
    this.#ready += lostMs * LEAST_PER_MS;
    const passedMs = Math.min(nowMs - this.#observedMs, AVERAGED_OVER_MS);
    this.#observedMs = nowMs;
    this.#lateMs +=
      (Math.min(lateMs, MOST_LATE_MS) - this.#lateMs) * (1 - Math.exp(-passedMs / AVERAGED_OVER_MS));
    const error = Math.max(-MOST_ERROR, 1 - this.#lateMs / WANTED_LATE_MS);
    if (error > 0 && !this.#short) return;
    this.#short = false;
    const perMs = this.#perMs * Math.exp(error * GAIN_PER_MS * passedMs);
    this.#perMs = Math.min(MOST_PER_MS, Math.max(LEAST_PER_MS, perMs));
  }

  /** How many may start now. */
  ready(): number {
    const nowMs = this.#clock.monotonicMs();
    this.#ready = Math.min(this.#perMs * BURST_MS, this.#ready + (nowMs - this.#filledMs) * this.#perMs);
    this.#filledMs = nowMs;
    return Math.floor(this.#ready);
  }

  /** So many started, and whether more would have. */
  started(count: number, isMore: boolean): void {
    this.#ready -= count;
    if (isMore && this.#ready < 1) this.#short = true;
  }

  /** How long to leave the store alone after a claim that took so long; a late process claims half of the time at most. */
  restMs(tookMs: number): number {
    const lateness = Math.min(1, this.#lateMs / WANTED_LATE_MS);
    return Math.max(lateness * Math.max(REST_MS, tookMs), (1 - this.#ready) / this.#perMs);
  }
}
