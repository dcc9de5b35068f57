import type { AttemptResult, Clock, CleanupClaim, Executor } from '@lease/core';

/** What becomes of a callback: an answer after so long, or nothing until the collector gives up. */
export type Conduct = { readonly afterMs: number; readonly result: AttemptResult } | 'hangs';

export const prompt = (afterMs = 20): Conduct => ({ afterMs, result: { kind: 'done', statusCode: 204 } });

/** Three ways to be down. */
export const REFUSING: Conduct = {
  afterMs: 1,
  result: { kind: 'retry', contact: 'unreached', detail: 'connect ECONNREFUSED' },
};
export const FAILING: Conduct = {
  afterMs: 5,
  result: { kind: 'retry', contact: 'answered', statusCode: 500 },
};
export const HANGING: Conduct = 'hangs';

/** One callback, as its endpoint saw it. Times by the virtual clock. */
export interface Callback {
  readonly endpoint: string;
  /** From the moment when the object fell due. */
  readonly startedAfterMs: number;
  readonly startedMs: number;
  readonly attempt: number;
  /** Unset while it is under way. */
  endedAfterMs?: number;
  result?: AttemptResult['kind'];
}

/** Endpoints by name, each of which behaves as told; what nobody told of is prompt. */
export class Endpoints implements Executor {
  readonly callbacks: Callback[] = [];
  readonly #clock: Clock;
  readonly #conducts = new Map<string, () => Conduct>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  behave(endpoint: string, conduct: Conduct | (() => Conduct)): void {
    this.#conducts.set(endpoint, typeof conduct === 'function' ? conduct : () => conduct);
  }

  of(endpoint: string): readonly Callback[] {
    return this.callbacks.filter((callback) => callback.endpoint === endpoint);
  }

  async execute({ endpoint, dueTime, attempt }: CleanupClaim, signal: AbortSignal): Promise<AttemptResult> {
    const callback: Callback = {
      endpoint,
      attempt,
      startedMs: this.#clock.monotonicMs(),
      startedAfterMs: this.#clock.wallMs() - dueTime,
    };
    this.callbacks.push(callback);
    const result = await this.#answer(this.#conducts.get(endpoint)?.() ?? prompt(), signal);
    callback.endedAfterMs = this.#clock.wallMs() - dueTime;
    callback.result = result.kind;
    return result;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #answer(conduct: Conduct, signal: AbortSignal): Promise<AttemptResult> {
    return new Promise((resolve) => {
      signal.addEventListener('abort', () => {
        resolve({ kind: 'retry', contact: 'unanswered', detail: 'timeout' });
      });
      if (conduct === 'hangs') return;
      this.#clock.schedule(conduct.afterMs, () => {
        resolve(conduct.result);
      });
    });
  }
}
