import type { CleanupClaim } from '../cleanup/cleanup.js';
import type { Clock } from '../clock/clock.js';
import { LIMITS } from '../service/limits.js';
import type { AttemptResult, Executor } from './executor.js';

/** How long an executor whose signal was aborted may take to say how it ended. */
export const ABORT_MARGIN_MS = 1_000;

/**
 * One attempt under way. It always ends: an executor that says nothing within the attempt's timeout is told to stop,
 * and left behind {@link ABORT_MARGIN_MS} later, which is before its claim can run out.
 */
export class Attempt {
  /** How it ended. Never rejects. */
  readonly result: Promise<AttemptResult>;
  readonly #clock: Clock;
  readonly #controller = new AbortController();
  #cancelTimer: () => void;
  #end: (result: AttemptResult) => void = () => undefined;

  /** `broke`: told of an executor that rejected, against its contract. */
  constructor(executor: Executor, claim: CleanupClaim, clock: Clock, broke: (error: unknown) => void) {
    this.#clock = clock;
    const timeoutMs = attemptTimeoutMs(claim);
    this.result = new Promise((resolve) => {
      this.#end = (result) => {
        this.#cancelTimer();
        resolve(result);
      };
    });
    this.#cancelTimer = clock.schedule(timeoutMs, () => {
      this.abort(`no answer within ${timeoutMs} ms`);
    });
    void this.#execute(executor, claim, broke);
  }

  /** Tells the executor to stop. What it has sent may have arrived: unless it knows better, it went unanswered. */
  abort(why: string): void {
    if (this.#controller.signal.aborted) return;
    this.#cancelTimer();
    this.#cancelTimer = this.#clock.schedule(ABORT_MARGIN_MS, () => {
      this.#end(unanswered(why));
    });
    this.#controller.abort(new Error(why));
  }

  async #execute(executor: Executor, claim: CleanupClaim, broke: (error: unknown) => void): Promise<void> {
    try {
      this.#end(await executor.execute(claim, this.#controller.signal));
    } catch (error) {
      broke(error);
      this.#end(unanswered(error instanceof Error ? error.message : String(error)));
    }
  }
}

/** What the claim asks for, cut to the longest that is allowed: one beyond its claim would be given back for ever. */
export function attemptTimeoutMs(claim: CleanupClaim): number {
  return Math.min(claim.spec.retry.attemptTimeoutMs, LIMITS.attemptTimeoutMs.max);
}

function unanswered(detail: string): AttemptResult {
  return { kind: 'retry', contact: 'unanswered', detail };
}
