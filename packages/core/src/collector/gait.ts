import type { CleanupClaim } from '../cleanup/cleanup.js';
import type { Clock } from '../clock/clock.js';
import type { SweepReport } from '../store/control-verbs.js';

/** How attempts start. */
interface Manner {
  /** How many a claim takes at most: a store answers nobody else as fast meanwhile. */
  readonly mostBatch: number;
  /** How long the store is left alone, for each millisecond that it took to answer a claim. */
  readonly restPerWait: number;
  /** In one turn of the event loop. Whoever calls this process waits for these, not for all that a claim brought. */
  readonly startsPerTurn: number;
  /** After a turn that came late: somebody else wants the processor. */
  readonly startsPerLateTurn: number;
  /** How long such a turn is extended, for each millisecond that it came late. */
  readonly restPerLate: number;
}

/** Nobody waits, or the cleanups are in time still and shall stay so (L1). */
const BRISK: Manner = {
  mostBatch: 48,
  restPerWait: 3,
  startsPerTurn: 4,
  startsPerLateTurn: 4,
  restPerLate: 0,
};
/**
 * A storm, and somebody who called. Of 100,000 cleanups beside 200 renewals a second, on two cores for everything, the brisk
 * manner took the renewals' p99 to 3.8 times that of idle ones in memory, and to 6 times on PostgreSQL with three servers
 * (`npm run gate -- storm`).
 */
const GENTLE: Manner = {
  mostBatch: 24,
  restPerWait: 1,
  startsPerTurn: 2,
  startsPerLateTurn: 1,
  restPerLate: 12,
};

/** What a process starts however late its turns, give or take what rounding down takes. */
export const LEAST_PER_MS = 0.3;
/** Cleanups this late are a storm's. */
const LATE_MS = 200;
/**
 * Where more falls due, one keeps up with it in haste. Gently, a process that its callers keep busy starts some 200 a second,
 * and one server on PostgreSQL swept 600: whatever piled up once, in a second without the store, would grow for ever.
 */
const STEADY_PER_MS = 0.2;
/** Over which that is counted. */
const WINDOW_MS = 500;
/** What lasts longer is load that nobody saw before it piled up, and is kept up with in haste. */
const MOST_STORM_MS = 600_000;
/** So soon after a call others are expected. */
const CALLED_MS = 100;
/** What a turn takes at most on a process and a machine with time to spare: a timer of one millisecond. */
const TURN_MS = 1.4;
/** A process that slept has no time to lose. */
const MOST_TURN_REST_MS = 30;
/** For each millisecond of a sweep: sweeps have a seventh of the time at most, and in a storm half of that. */
const REST_PER_SWEEP = 6;
const REST_PER_STORM_SWEEP = 12;
/** Of 100, one took PostgreSQL 8 to 12 ms: whoever renewed meanwhile had one processor less. */
const MOST_PER_STORM_SWEEP = 50;

/**
 * In haste or gently. A storm makes way for those who call this process and wait (L4): the sweep is behind, or most that was
 * claimed is late already, while little falls due steadily.
 */
export class Gait {
  readonly #clock: Clock;
  #manner = BRISK;
  #calledMs = -Infinity;
  #isSweepBehind = false;
  /** By the monotonic clock: since when cleanups are late without a break. */
  #lateMs: number | undefined;
  /** By the monotonic clock: since when is counted what falls due, unless nobody can tell. */
  #windowMs: number | undefined;
  #due = 0;
  /** What fell due for each millisecond of the last window. */
  #duePerMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get mostBatch(): number {
    return this.#manner.mostBatch;
  }

  get restPerWait(): number {
    return this.#manner.restPerWait;
  }

  /** How many leases the next sweep may end. */
  get mostSwept(): number {
    return this.#isSweepBehind && this.#givesWay ? MOST_PER_STORM_SWEEP : Infinity;
  }

  /** Somebody called this process. */
  giveWay(): void {
    this.#calledMs = this.#clock.monotonicMs();
  }

  /** So many cleanups fell due. */
  fellDue(count: number): void {
    this.#due += count;
  }

  /** A sweep is over. How long the next one waits, for each millisecond that this one took. */
  swept({ status, nextInMs, expired, rearmed, due }: SweepReport): number {
    // What it left overdue will be late before it is due. A full page of leases that were renewed in time is no storm.
    const isBehind = nextInMs === 0 && expired > rearmed;
    // Who finds another replica sweeping learns nothing.
    if (status !== 'busy') this.#isSweepBehind = isBehind;
    this.fellDue(due);
    if (isBehind || status === 'paused') this.#windowMs = undefined;
    else if (status === 'swept') this.#count();
    return isBehind && this.#givesWay ? REST_PER_STORM_SWEEP : REST_PER_SWEEP;
  }

  /** These were claimed. How many may start before the next {@link turn}. */
  answered(claims: readonly CleanupClaim[]): number {
    const nowMs = this.#clock.monotonicMs();
    // By this process's clock, though the store's said when they were due: if the two differ, it costs haste, or calm.
    const lateMs = this.#clock.wallMs() - LATE_MS;
    const late = claims.filter(({ dueTime }) => dueTime < lateMs).length;
    const isLate = late > claims.length / 2 || this.#isSweepBehind;
    this.#lateMs = isLate ? (this.#lateMs ?? nowMs) : undefined;
    this.#manner = isLate && this.#givesWay ? GENTLE : BRISK;
    return this.#manner.startsPerTurn;
  }

  /** Whether a storm gives way, as the last claim found it. */
  get isGentle(): boolean {
    return this.#manner === GENTLE;
  }

  /** A turn of the event loop, and a millisecond, are left to others. How many may start before the next. */
  async turn(): Promise<number> {
    const { restPerLate, startsPerTurn, startsPerLateTurn } = this.#manner;
    const startMs = this.#clock.monotonicMs();
    await this.#wait(0);
    const lateMs = this.#clock.monotonicMs() - startMs - TURN_MS;
    if (lateMs <= 0) return startsPerTurn;
    if (restPerLate === 0) return startsPerLateTurn;
    await this.#wait(Math.min(restPerLate * lateMs, MOST_TURN_REST_MS));
    const tookMs = this.#clock.monotonicMs() - startMs;
    return Math.max(startsPerLateTurn, Math.floor(tookMs * LEAST_PER_MS));
  }

  /** Whether somebody calls, and what is late is a storm's, not load that has to be kept up with. */
  get #givesWay(): boolean {
    const nowMs = this.#clock.monotonicMs();
    const isLasting = this.#lateMs !== undefined && nowMs - this.#lateMs > MOST_STORM_MS;
    return nowMs - this.#calledMs <= CALLED_MS && this.#duePerMs < STEADY_PER_MS && !isLasting;
  }

  /**
   * A sweep kept up. Only then is it known what fell due since the last that did: after an outage or a storm the next sweeps are
   * behind, and what fell due steadily before it still holds.
   */
  #count(): void {
    const nowMs = this.#clock.monotonicMs();
    if (this.#windowMs !== undefined) {
      const tookMs = nowMs - this.#windowMs;
      if (tookMs < WINDOW_MS) return;
      this.#duePerMs = this.#due / tookMs;
    }
    this.#windowMs = nowMs;
    this.#due = 0;
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#clock.schedule(ms, resolve);
    });
  }
}
