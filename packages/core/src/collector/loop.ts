import type { Clock } from '../clock/clock.js';

const FIRST_BACKOFF_MS = 100;
/** L5 allows 10 s from the store's return to the first step that works again. */
const MAX_BACKOFF_MS = 2_000;

/** The pause after so many failures in a row, 1 for the first. */
export function backoffMs(failures: number): number {
  return Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (failures - 1));
}

/** When a step wants to run again. */
export interface Next {
  readonly inMs: number;
  /** Not before this has passed, whoever wakes it. Default 0. */
  readonly restMs?: number;
}

/**
 * Repeats a step, one at a time, for ever. The step says after how long it wants to run again; 0 runs it again at once,
 * but only after the event loop had a turn. A step that fails is repeated after a backoff.
 */
export class Loop {
  readonly #clock: Clock;
  readonly #step: () => Promise<Next>;
  readonly #failed: (error: unknown) => void;
  #on = false;
  #running: Promise<void> | undefined;
  #cancel: (() => void) | undefined;
  /** The next run waits for nothing but its turn. */
  #soon = false;
  /** By the monotonic clock: no run before. */
  #restedMs = -Infinity;
  #failures = 0;

  constructor(clock: Clock, step: () => Promise<Next>, failed: (error: unknown) => void) {
    this.#clock = clock;
    this.#step = step;
    this.#failed = failed;
  }

  start(delayMs = 0): void {
    this.#on = true;
    this.#schedule(delayMs);
  }

  /** Runs the step soon: now, when it has rested, or once more after the run that is under way. Does nothing while stopped. */
  wake(): void {
    // A run that is due already is left alone: moved to the end of the queue by every wake, it would never come.
    if (!this.#on || this.#soon) return;
    if (this.#running) this.#soon = true;
    else this.#schedule(0);
  }

  /** No further step; resolves when the one under way has ended. */
  async stop(): Promise<void> {
    this.#on = false;
    this.#cancel?.();
    await this.#running;
  }

  #schedule(delayMs: number): void {
    this.#cancel?.();
    this.#soon = delayMs <= 0;
    const nowMs = this.#clock.monotonicMs();
    const dueMs = Math.max(nowMs + delayMs, this.#restedMs);
    this.#cancel = this.#clock.schedule(dueMs - nowMs, () => {
      this.#soon = false;
      this.#running = this.#run();
    });
  }

  async #run(): Promise<void> {
    let delayMs: number;
    try {
      const { inMs, restMs = 0 } = await this.#step();
      delayMs = inMs;
      this.#restedMs = this.#clock.monotonicMs() + restMs;
      this.#failures = 0;
    } catch (error) {
      this.#failed(error);
      delayMs = backoffMs(++this.#failures);
      // Whoever wakes it knows nothing of the failure.
      this.#restedMs = this.#clock.monotonicMs() + delayMs;
    }
    this.#running = undefined;
    if (this.#on) this.#schedule(this.#soon ? 0 : delayMs);
  }
}
