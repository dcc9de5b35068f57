import type { CleanupClaim } from '../cleanup/cleanup.js';
import type { Clock } from '../clock/clock.js';
import type { Gait } from './gait.js';

/**
 * The share of its time that a process works, at most, while it starts attempts. All that it does counts: at half, a
 * process with a third of its time to spare would have collected too slowly for what fell due (L1).
 */
const WANTED_SHARE = 0.75;
/** How long a process is idle, in that share, for each millisecond that it works. */
const IDLE_PER_BUSY = (1 - WANTED_SHARE) / WANTED_SHARE;
/** Whoever is busy for reasons that are not ours goes on all the same. */
const MOST_REST_MS = 16;
/** But what waited for minutes was a process that slept, or a store that was away: no reason to wait again. */
const MOST_STORE_REST_MS = 100;
/** What is claimed at once holds up all else. So it begins with few, and goes back to them. */
const FIRST_BATCH = 8;

/** What a process claims, however busy it is. */
const LEAST_PER_MS = 0.3;

/**
 * How many attempts may start, and when. In a storm of cleanups, a process that starts whatever has a free slot answers
 * nobody else: each turn of its event loop takes as long as 64 attempts. So the next few are claimed when the process has
 * been idle in proportion to what it worked since: what the last ones cost, and what piled up behind a collection of
 * garbage, is over by then (L4). It minds starts, not attempts in flight: those that wait for a slow endpoint delay nobody.
 * Likewise the store is left alone in proportion to the time that it took; the attempts start meanwhile, by the
 * {@link Gait}.
 */
export class Pace {
  readonly #clock: Clock;
  readonly #gait: Gait;
  #batch = FIRST_BATCH;
  /** For how long the process still has to be idle. */
  #owedMs = 0;
  /** By the monotonic clock: until when the store is left alone. */
  #storeRestedMs = -Infinity;
  #claimedMs = -Infinity;
  /** The last claim was as large as it might be. */
  #isFull = false;
  /** The last claim left something. */
  #isMore = false;
  #atMs: number;
  #busyMs: number;

  constructor(clock: Clock, gait: Gait) {
    this.#clock = clock;
    this.#gait = gait;
    this.#atMs = clock.monotonicMs();
    this.#busyMs = clock.busyMs?.() ?? 0;
  }

  /** How many the next claim may take. */
  get batch(): number {
    if (!this.#isMore) return this.#batch;
    const leastBatch = Math.ceil((this.#atMs - this.#claimedMs) * LEAST_PER_MS);
    return Math.min(this.#gait.mostBatch, Math.max(this.#batch, leastBatch));
  }

  /** After how many milliseconds to look again; 0: the next claim may be made, now. */
  restMs(): number {
    this.#look();
    const ownMs = Math.min(this.#owedMs, this.#claimedMs + MOST_REST_MS - this.#atMs);
    // Whole milliseconds: a fraction that rounding leaves over would be waited for again and again.
    return Math.max(0, Math.ceil(Math.max(ownMs, this.#storeRestedMs - this.#atMs)));
  }

  /** The claim that was made at the last look was answered. How many attempts may start before the next {@link turn}. */
  answered(claims: readonly CleanupClaim[]): number {
    this.#isFull = claims.length >= this.batch;
    this.#claimedMs = this.#atMs;
    const starts = this.#gait.answered(claims);
    // One that was not full is no storm: nobody has to wait for the few that fall due next (L3).
    if (this.#isFull) {
      const { nowMs, idleMs } = this.#sinceLook();
      this.#storeRestedMs = nowMs + Math.min(this.#gait.restPerWait * idleMs, MOST_STORE_REST_MS);
    }
    return starts;
  }

  /** Leaves the process to others for a moment. How many attempts may start before the next. */
  turn(): Promise<number> {
    return this.#gait.turn();
  }

  /** All that was claimed is started. `isMore`: the claim left something. */
  started(isMore: boolean): void {
    this.#look();
    if (this.#owedMs > 0) this.#batch = Math.max(FIRST_BATCH, Math.floor(this.#batch / 2));
    else if (this.#isFull) this.#batch = Math.min(this.#gait.mostBatch, this.#batch + FIRST_BATCH);
    this.#isMore = isMore;
    this.#isFull = false;
  }

  /** Brings up to date what is owed. */
  #look(): void {
    const { nowMs, workedMs, idleMs } = this.#sinceLook();
    // What is owed beyond the longest rest would be asked for when the process has long had time again.
    this.#owedMs = Math.min(MOST_REST_MS, Math.max(0, this.#owedMs + workedMs * IDLE_PER_BUSY - idleMs));
    this.#atMs = nowMs;
    this.#busyMs += workedMs;
  }

  #sinceLook(): { readonly nowMs: number; readonly workedMs: number; readonly idleMs: number } {
    const nowMs = this.#clock.monotonicMs();
    const workedMs = (this.#clock.busyMs?.() ?? 0) - this.#busyMs;
    // Two clocks: between their readings some time passes.
    return { nowMs, workedMs, idleMs: Math.max(0, nowMs - this.#atMs - workedMs) };
  }
}
