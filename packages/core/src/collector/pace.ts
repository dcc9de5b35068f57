import type { Clock } from '../clock/clock.js';

/**
 * The share of its time that a process works, at most, while it starts attempts. All that it does counts: at half, a
 * process with a third of its time to spare would have collected too slowly for what fell due (L1).
 */
const WANTED_SHARE = 0.75;
/** How long a process is idle, in that share, for each millisecond that it works. */
const IDLE_PER_BUSY = (1 - WANTED_SHARE) / WANTED_SHARE;
/** Whoever is busy for reasons that are not ours goes on all the same. */
const MOST_REST_MS = 16;
/** A store that works on our claims for a quarter of the time has the rest for renewals. */
const REST_PER_WAIT = 3;
/** But what waited for minutes was a process that slept, or a store that was away: no reason to wait again. */
const MOST_STORE_REST_MS = 100;
/** A claim that is so much slower than usual had to wait for others: the store has enough to do. */
const SLOW_TIMES = 3;
const SLOW_MS = 2;
/** For so long a store that became slower counts as slow. */
const USUAL_FOR_MS = 60_000;
/** What is started in one turn of the event loop holds up all else. */
const LEAST_BATCH = 8;
/** A store that is far away is asked for more at once, while it and this process have time. */
const MOST_BATCH = 64;

/**
 * How many attempts may start, and when. In a storm of cleanups, a process that starts whatever has a free slot answers
 * nobody else: each turn of its event loop takes as long as 64 attempts. So the next few are claimed when the process has
 * been idle in proportion to what it worked since the last ones: what those cost, and what piled up behind a collection of
 * garbage, is over by then (L4). It minds starts, not attempts in flight: those that wait for a slow endpoint delay nobody.
 *
 * How many are claimed at once grows by steps and is halved, as the window of a TCP connection that goes by delay.
 */
export class Pace {
  readonly #clock: Clock;
  #batch = LEAST_BATCH;
  /** For how long the process still has to be idle. */
  #owedMs = 0;
  /** By the monotonic clock: until when the store is left alone. */
  #storeRestedMs = 0;
  /** For how long a claim waits for the store at best. */
  #usualMs = Infinity;
  #claimedMs = -Infinity;
  #atMs: number;
  #busyMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#atMs = clock.monotonicMs();
    this.#busyMs = clock.busyMs?.() ?? 0;
  }

  /** How many the next claim may take. */
  get batch(): number {
    return this.#batch;
  }

  /** After how many milliseconds to look again; 0: the next claim may be made, now. */
  restMs(): number {
    this.#look();
    const ownMs = Math.min(this.#owedMs, this.#claimedMs + MOST_REST_MS - this.#atMs);
    // Whole milliseconds: a fraction that rounding leaves over would be waited for again and again.
    return Math.max(0, Math.ceil(Math.max(ownMs, this.#storeRestedMs - this.#atMs)));
  }

  /** The claim was answered, and what it took was started. `isMore`: it left something. */
  claimed(isMore: boolean): void {
    const waitedMs = this.#look();
    const sinceMs = Math.min(USUAL_FOR_MS, this.#atMs - this.#claimedMs);
    const isSlow = waitedMs > SLOW_TIMES * this.#usualMs + SLOW_MS;
    if (this.#owedMs > 0 || isSlow) this.#batch = Math.max(LEAST_BATCH, Math.floor(this.#batch / 2));
    else if (isMore) this.#batch = Math.min(MOST_BATCH, this.#batch + LEAST_BATCH);
    this.#usualMs = Math.min(waitedMs, this.#usualMs * (1 + sinceMs / USUAL_FOR_MS));
    this.#claimedMs = this.#atMs;
    this.#storeRestedMs = this.#atMs + Math.min(REST_PER_WAIT * waitedMs, MOST_STORE_REST_MS);
  }

  /** Brings up to date what is owed. For how long the process was idle since the last look. */
  #look(): number {
    const nowMs = this.#clock.monotonicMs();
    const busyMs = this.#clock.busyMs?.() ?? 0;
    const workedMs = busyMs - this.#busyMs;
    const idleMs = nowMs - this.#atMs - workedMs;
    this.#owedMs = Math.max(0, this.#owedMs + workedMs * IDLE_PER_BUSY - idleMs);
    this.#atMs = nowMs;
    this.#busyMs = busyMs;
    return idleMs;
  }
}
