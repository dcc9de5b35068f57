import type { Clock } from '../runtime.js';

interface Tries {
  /** One try. What it resolves to is applied only if the loop was not stopped meanwhile. */
  readonly attempt: (signal: AbortSignal) => Promise<() => void>;
  readonly failed: (error: unknown) => void;
}

/** Tries again and again, never twice at once. Each try says by `again` when the next one is. */
export class TryLoop {
  readonly #clock: Clock;
  readonly #tries: Tries;
  #cancelPause: (() => void) | undefined;
  #nextMs = -Infinity;
  #current: AbortController | undefined;

  constructor(clock: Clock, tries: Tries) {
    this.#clock = clock;
    this.#tries = tries;
  }

  /** Instead of a pause that is under way. */
  again(pauseMs: number): void {
    this.#cancelPause?.();
    this.#nextMs = this.#clock.monotonicMs() + pauseMs;
    this.#cancelPause = this.#clock.schedule(pauseMs, () => void this.#try());
  }

  /** Cuts the pause that is under way, if it is longer than this. */
  hasten(pauseMs: number): void {
    const pausing = this.#current === undefined;
    if (pausing && this.#clock.monotonicMs() + pauseMs < this.#nextMs) this.again(pauseMs);
  }

  /** No further try; the one under way is given up, and its answer, should it come, changes nothing. */
  stop(): void {
    this.#cancelPause?.();
    this.#nextMs = -Infinity;
    this.#current?.abort(new Error('not needed any more'));
    this.#current = undefined;
  }

  async #try(): Promise<void> {
    const current = new AbortController();
    this.#current = current;
    let conclude: () => void;
    try {
      conclude = await this.#tries.attempt(current.signal);
    } catch (error) {
      conclude = () => this.#tries.failed(error);
    }
    if (this.#current !== current) return;
    this.#current = undefined;
    conclude();
  }
}
