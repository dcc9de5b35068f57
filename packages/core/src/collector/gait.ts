import type { CleanupClaim } from '../cleanup/cleanup.js';
import type { Clock } from '../clock/clock.js';
import type { SweepReport } from '../store/control-verbs.js';
import { Spell } from './spell.js';
import { SteadyLoad } from './steady-load.js';

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

/**
 * What a process starts gently, however late its turns, give or take what rounding down takes. The more, the slower the
 * renewals of a machine that is busy (`npm run gate -- storm`).
 */
const LEAST_PER_MS = 0.1;
/** Cleanups this late are a storm's. */
const LATE_MS = 200;
/**
 * Where more falls due steadily, one keeps up with it in haste. Gently, a process that its callers keep busy starts some 50 a
 * second: whatever piled up once, in a second without the store, would grow for ever.
 */
const STEADY_PER_MS = 0.03;
/** Whoever renews during a sweep has one processor less: half as long for 50 as for 100. */
const MOST_SWEPT = 50;
/** What is late for longer may be load that nobody could measure, and is kept up with in haste. */
const MOST_STORM_MS = 600_000;
/** So soon after a call others are expected. */
const CALLED_MS = 100;
/** What a turn takes at most on a process and a machine with time to spare: a timer of one millisecond. */
const TURN_MS = 1.4;
/** A process that slept has no time to lose. */
const MOST_TURN_REST_MS = 30;

/**
 * In haste or gently. A storm makes way for those who call this process and wait (L4): the sweep is behind, or most that was
 * claimed is late already, while little falls due steadily.
 */
export class Gait {
  readonly #clock: Clock;
  readonly #load: SteadyLoad;
  /** Of claims that were late, and of sweeps that were behind. */
  readonly #behind = new Spell();
  #manner = BRISK;
  #calledMs = -Infinity;
  /** Most of the last claim. */
  #isLate = false;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#load = new SteadyLoad(clock);
  }

  get mostBatch(): number {
    return this.#manner.mostBatch;
  }

  get restPerWait(): number {
    return this.#manner.restPerWait;
  }

  /** How many leases a sweep may end. Where cleanups are late, sweeps are not what they wait for. */
  get mostSwept(): number {
    return this.#isLate && this.isGentle ? MOST_SWEPT : Infinity;
  }

  /** Somebody called this process. */
  giveWay(): void {
    this.#calledMs = this.#clock.monotonicMs();
  }

  /** A sweep is over. */
  swept(report: SweepReport): void {
    this.#load.swept(report);
  }

  /** These were claimed. How many may start before the next {@link turn}. */
  answered(claims: readonly CleanupClaim[]): number {
    const nowMs = this.#clock.monotonicMs();
    // Whatever is tried again is late, storm or not.
    const fresh = claims.filter(({ attempt }) => attempt === 1);
    const swept = fresh.filter(({ reason }) => reason === 'EXPIRED');
    this.#load.fellDue(claims.length - swept.length);
    // By this process's clock, though the store's said when they were due: if the two differ, it costs haste, or calm.
    const inTime = this.#clock.wallMs() - LATE_MS;
    const late = fresh.filter(({ dueTime }) => dueTime < inTime);
    this.#isLate = late.length > fresh.length / 2;
    const isBehind = this.#isLate || this.#load.isBehind;
    if (isBehind) this.#behind.seen(nowMs);
    const isStorm = this.#load.perMs < STEADY_PER_MS && this.#behind.lengthMs(nowMs) <= MOST_STORM_MS;
    this.#manner = isBehind && isStorm && nowMs - this.#calledMs <= CALLED_MS ? GENTLE : BRISK;
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

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#clock.schedule(ms, resolve);
    });
  }
}
