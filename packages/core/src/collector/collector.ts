import type { PruneReport, SweepReport } from '../store/control-verbs.js';
import type { CollectorStep } from '../events/events.js';
import { Attempts } from './attempts.js';
import { Breakers } from './breakers.js';
import { Claimer } from './claimer.js';
import { drain } from './drain.js';
import { Gait } from './gait.js';
import { InFlight } from './in-flight.js';
import { Loop, type Next } from './loop.js';
import type { CollectorOptions, CollectorSettings } from './options.js';
import { settingsOf } from './options.js';
import { Pace } from './pace.js';
import { PassedOver } from './passed-over.js';
import { Settler } from './settler.js';
import { Slots } from './slots.js';
import { Sweeper } from './sweeper.js';

export interface StopOptions {
  readonly graceMs?: number;
  /** Aborts: nobody wants to wait any longer. */
  readonly signal?: AbortSignal;
}

/** For each millisecond of a sweep: sweeps have a seventh of the time, unless one takes so long that it holds up the next. */
const SWEEP_REST = 6;
const PRUNE_INTERVAL_MS = 60_000;
/** Rows of each kind that one prune removes. */
const PRUNE_LIMIT = 1_000;

/**
 * Finds leases that nobody renewed, and sees to it that the cleanups of objects that nobody holds are made: sweep,
 * claim, execute, settle. {@link start} repeats these steps until {@link stop}; a test may drive them one by one.
 * Any number of collectors may share a store.
 */
export class Collector {
  readonly #settings: CollectorSettings;
  readonly #sweeper: Sweeper;
  readonly #claimer: Claimer;
  readonly #attempts: Attempts;
  readonly #settler: Settler;
  readonly #claims = new InFlight();
  readonly #gait: Gait;
  readonly #pace: Pace;
  readonly #sweepLoop: Loop;
  readonly #claimLoop: Loop;
  readonly #pruneLoop: Loop;
  #stopped: Promise<void> | undefined;

  /** @throws RangeError naming the option that is out of range or contradicts another. */
  constructor(options: CollectorOptions) {
    const settings = settingsOf(options);
    const { clock, claimMs, maxConcurrent, perEndpoint, sweepIntervalMs } = settings;
    this.#settings = settings;
    this.#gait = new Gait(clock);
    this.#pace = new Pace(clock, this.#gait);
    const wake = () => {
      this.#claimLoop.wake();
    };
    const shared = {
      ...settings,
      slots: new Slots(maxConcurrent, perEndpoint),
      passedOver: new PassedOver(clock),
      breakers: new Breakers(settings),
    };
    this.#settler = new Settler({ ...settings, gait: this.#gait });
    this.#attempts = new Attempts({ ...shared, settler: this.#settler, claimMs, freed: wake });
    this.#claimer = new Claimer({
      ...shared,
      start: (claim, claimedMs) => {
        this.#attempts.start(claim, claimedMs);
      },
    });
    this.#sweeper = new Sweeper({
      ...shared,
      sweep: { limit: settings.sweepLimit, graceMs: settings.graceMs, brakeShare: settings.brakeShare },
      foundDue: wake,
    });

    this.#sweepLoop = this.#loop('sweep', async () => {
      const startMs = clock.monotonicMs();
      const report = await this.#sweeper.sweep(this.#gait.mostSwept);
      this.#gait.swept(report);
      const restMs = Math.min(SWEEP_REST * (clock.monotonicMs() - startMs), sweepIntervalMs);
      return { inMs: Math.min(report.nextInMs, sweepIntervalMs), restMs };
    });
    this.#claimLoop = this.#loop('claim', () => this.#claimInPace());
    this.#pruneLoop = this.#loop('prune', async () => {
      const { more } = await this.prune();
      return { inMs: more ? 0 : PRUNE_INTERVAL_MS };
    });
  }

  /** One sweep: ends leases that are overdue, a bounded batch. Wakes the claim loop if objects fell due. */
  sweep(): Promise<SweepReport> {
    return this.#sweeper.sweep();
  }

  /** One claim: takes due cleanups, as many as have a free slot, and starts their attempts. Says how many. */
  claim(): Promise<number> {
    return this.#claim();
  }

  /** Resolves when no attempt is in flight and every outcome is recorded or given up. */
  async idle(): Promise<void> {
    await this.#claims.none();
    await this.#attempts.idle();
  }

  /** Forgets a bounded number of ended leases and finished cleanups that were kept long enough. */
  prune(): Promise<PruneReport> {
    const { store, retainEndedMs, retainFinishedMs } = this.#settings;
    return store.prune({
      endedLeasesOlderThanMs: retainEndedMs,
      finishedCleanupsOlderThanMs: retainFinishedMs,
      limit: PRUNE_LIMIT,
    });
  }

  /**
   * Sweeps at once and then at least twice a second, claims whenever a slot is free, prunes every minute. In a storm, both
   * leave time to whatever else this process does.
   */
  start(): void {
    if (this.#stopped) throw new Error('a collector that was stopped does not start again');
    this.#sweepLoop.start();
    this.#claimLoop.start();
    this.#pruneLoop.start(PRUNE_INTERVAL_MS);
  }

  /** An object may have fallen due: claims soon instead of at the next look. Does nothing unless started. */
  wake(): void {
    this.#claimLoop.wake();
  }

  /**
   * Somebody called this process. In a storm, cleanups give way to whoever calls, and go on in haste when nobody has for a
   * tenth of a second (L4).
   */
  giveWay(): void {
    this.#gait.giveWay();
  }

  /**
   * No further sweep or claim; claims whose attempt has not begun are given back. Attempts in flight have `graceMs`
   * (default 20 s) to end, or until `signal` aborts; then they are aborted and count as unanswered. Resolves within
   * `graceMs` + 3 s, with no timer left and every outcome recorded, or given up if the store is unavailable. A second call
   * answers with the first.
   */
  stop({ graceMs = 20_000, signal }: StopOptions = {}): Promise<void> {
    return (this.#stopped ??= this.#stop(graceMs, signal));
  }

  async #stop(graceMs: number, signal: AbortSignal | undefined): Promise<void> {
    this.#attempts.close();
    const loops = [this.#sweepLoop, this.#claimLoop, this.#pruneLoop].map((loop) => loop.stop());
    const work = {
      quiet: Promise.all(loops).then(() => this.idle()),
      abortAttempts: () => {
        this.#attempts.abort('the collector is stopping');
      },
      giveUpOutcomes: () => {
        this.#settler.giveUpAll();
      },
    };
    await drain(work, this.#settings.clock, graceMs, signal);
  }

  #claim(pace?: Pace): Promise<number> {
    if (this.#stopped) return Promise.resolve(0);
    return this.#claims.track(this.#claimer.claim(pace));
  }

  /** A claim, of as many as may start by now. */
  async #claimInPace(): Promise<Next> {
    const restMs = this.#pace.restMs();
    if (restMs > 0) return { inMs: 0, restMs };
    await this.#claim(this.#pace);
    const { more } = this.#claimer;
    this.#pace.started(more);
    return { inMs: more ? 0 : this.#settings.sweepIntervalMs, restMs: this.#pace.restMs() };
  }

  #loop(step: CollectorStep, run: () => Promise<Next>): Loop {
    const { clock, tell } = this.#settings;
    return new Loop(clock, run, (error) => {
      tell({ type: 'step-failed', step, error });
    });
  }
}
