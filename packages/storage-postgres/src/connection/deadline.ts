import type { Clock } from '@lease/core';

/** When a call is given up, on the monotonic clock. */
export class Deadline {
  readonly #clock: Clock;
  readonly #endMs: number;
  readonly #timeoutMs: number;
  #passed = false;

  constructor(clock: Clock, timeoutMs: number) {
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
    this.#endMs = clock.monotonicMs() + timeoutMs;
  }

  /** Whether somebody was told that it is over. */
  get passed(): boolean {
    return this.#passed;
  }

  get leftMs(): number {
    return this.#endMs - this.#clock.monotonicMs();
  }

  /** Runs the callback at the deadline, unless it is cancelled with the function that it returns. */
  onExpiry(callback: () => void): () => void {
    return this.#clock.schedule(this.leftMs, () => {
      this.#passed = true;
      callback();
    });
  }

  /** What to throw when it is over. */
  error(what: string): DeadlineError {
    return new DeadlineError(`${what} within ${this.#timeoutMs} ms`);
  }
}

/** The time for a call is over. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError';
}
