import type { CleanupClaim } from '../cleanup/cleanup.js';
import type { Clock } from '../clock/clock.js';

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
 * A storm, and somebody who called. Nothing here depends on how much is due: a process alone on its machine still starts
 * more than 1,000 a second, so that what falls due steadily (L1) cannot pile up; one whose turns come late starts less. Of
 * 100,000 cleanups beside 200 renewals a second, on two cores for everything, the brisk manner took the renewals' p99 to
 * 3.8 times that of idle ones in memory, and to 6 times on PostgreSQL with three servers (`npm run gate -- storm`).
 */
const GENTLE: Manner = {
  mostBatch: 24,
  restPerWait: 1,
  startsPerTurn: 2,
  startsPerLateTurn: 1,
  restPerLate: 8,
};

/** However late its turns: 300 starts a second. */
export const LEAST_PER_MS = 0.3;
/** Cleanups this late are a storm's. Below what L1 allows: what one can keep up with in haste, one does. */
const LATE_MS = 200;
/** For how long a call counts as one that somebody waits for. Ten a second are enough to be called all the time. */
const CALLED_MS = 100;
/** What a turn takes at most on a process and a machine with time to spare: a timer of one millisecond. */
const TURN_MS = 1.4;
/** A process that slept has no time to lose. */
const MOST_TURN_REST_MS = 30;

/**
 * In haste or gently. Cleanups that are late already, or will be because the sweep is behind, make way for those who call
 * this process and wait (L4), as far as they are in each other's way.
 */
export class Gait {
  readonly #clock: Clock;
  #manner = BRISK;
  #calledMs = -Infinity;
  #isSweepBehind = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get mostBatch(): number {
    return this.#manner.mostBatch;
  }

  get restPerWait(): number {
    return this.#manner.restPerWait;
  }

  /** Somebody who called this process waits for its answer. */
  giveWay(): void {
    this.#calledMs = this.#clock.monotonicMs();
  }

  /** A sweep is over. `isMore`: it left something overdue, so that cleanups will be late whose time has not come. */
  swept(isMore: boolean): void {
    this.#isSweepBehind = isMore;
  }

  /** These were claimed. How many may start before the next {@link turn}. */
  answered(claims: readonly CleanupClaim[]): number {
    // By this process's clock, though the store's said when they were due: if the two differ, it costs haste, or calm.
    const latestMs = claims.reduce((latest, { dueTime }) => Math.max(latest, dueTime), -Infinity);
    const isLate = claims.length > 0 && this.#clock.wallMs() - latestMs > LATE_MS;
    const isCalled = this.#clock.monotonicMs() - this.#calledMs <= CALLED_MS;
    const isStorm = isLate || this.#isSweepBehind;
    this.#manner = isStorm && isCalled ? GENTLE : BRISK;
    return this.#manner.startsPerTurn;
  }

  /** A turn of the event loop, and a millisecond, are left to others. How many may start before the next. */
  async turn(): Promise<number> {
    const { restPerLate, startsPerTurn, startsPerLateTurn } = this.#manner;
    const startMs = this.#clock.monotonicMs();
    await this.#wait(0);
    const lateMs = this.#clock.monotonicMs() - startMs - TURN_MS;
    if (lateMs <= 0) return startsPerTurn;
    if (restPerLate > 0) await this.#wait(Math.min(restPerLate * lateMs, MOST_TURN_REST_MS));
    const tookMs = this.#clock.monotonicMs() - startMs;
    return Math.max(startsPerLateTurn, Math.floor(tookMs * LEAST_PER_MS));
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#clock.schedule(ms, resolve);
    });
  }
}
