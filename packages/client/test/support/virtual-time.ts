import type { ClientRuntime } from '../../src/runtime.js';

/** A runtime whose time moves only by `advance`, and whose chance is a seeded sequence. */
export class VirtualTime implements ClientRuntime {
  #nowMs = 1_000_000;
  #timers: { dueMs: number; callback: () => void }[] = [];
  #seed: number;
  #uuids = 0;

  constructor(seed = 1) {
    this.#seed = seed;
  }

  readonly clock = {
    monotonicMs: () => this.#nowMs,
    // Apart from the monotonic clock, so that mixing the two up shows.
    wallMs: () => this.#nowMs + 5_000_000,
    schedule: (delayMs: number, callback: () => void) => {
      const timer = { dueMs: this.#nowMs + Math.max(0, delayMs), callback };
      this.#timers.push(timer);
      return () => {
        this.#timers = this.#timers.filter((each) => each !== timer);
      };
    },
  };

  readonly random = {
    // A linear congruential generator (Numerical Recipes): good enough for jitter.
    next: () => (this.#seed = (this.#seed * 1_664_525 + 1_013_904_223) % 2 ** 32) / 2 ** 32,
    uuid: () => `00000000-0000-4000-8000-${String((this.#uuids += 1)).padStart(12, '0')}`,
  };

  readonly sleep = (delayMs: number, signal: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      const cancel = this.clock.schedule(delayMs, resolve);
      signal.addEventListener('abort', () => {
        cancel();
        reject(signal.reason as Error);
      });
    });

  get pendingTimers(): number {
    return this.#timers.length;
  }

  /** Runs what is due until then, each timer at its time, and all that follows from it. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms;
    for (;;) {
      await settled();
      const next = this.#timers
        .filter(({ dueMs }) => dueMs <= untilMs)
        .reduce<{ dueMs: number; callback: () => void } | undefined>(
          (first, each) => (first === undefined || each.dueMs < first.dueMs ? each : first),
          undefined,
        );
      if (next === undefined) break;
      this.#timers = this.#timers.filter((each) => each !== next);
      this.#nowMs = Math.max(this.#nowMs, next.dueMs);
      next.callback();
    }
    this.#nowMs = untilMs;
    await settled();
  }

  /** The event loop is blocked: time passes, and nothing runs. */
  block(ms: number): void {
    this.#nowMs += ms;
  }
}

/** All that can happen without time has happened. */
export const settled = () => new Promise<void>((resolve) => setImmediate(resolve));
