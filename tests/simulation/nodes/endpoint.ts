import type { AttemptResult, CleanupClaim } from '@lease/core';
import type { AttemptBook } from '../checker/attempt-book.js';
import type { Chance } from '../engine/chance.js';
import type { Coverage } from '../engine/coverage.js';
import type { Dice } from '../engine/dice.js';
import type { Scheduler } from '../engine/scheduler.js';
import type { Trace } from '../engine/trace.js';

/**
 * How an endpoint treats a callback. `lying` says done and did nothing; `closing` does the work and closes the
 * connection without an answer; `flaky` fails mostly, and does the rest late; `forbidden` is at an address that the operator does not allow; `slow` may take longer than the attempt's timeout.
 */
export type Conduct =
  | 'prompt'
  | 'slow'
  | 'failing'
  | 'flaky'
  | 'terminal'
  | 'hanging'
  | 'closing'
  | 'refusing'
  | 'forbidden'
  | 'missing'
  | 'lying';

export interface EndpointParts {
  readonly scheduler: Scheduler;
  readonly dice: Dice;
  readonly trace: Trace;
  readonly coverage: Coverage;
  readonly attempts: AttemptBook;
}

/** Receives callbacks. What it answers with holds U+0000, which no store would take (R15). */
export class Endpoint {
  readonly name: string;
  readonly #parts: EndpointParts;
  #conduct: Conduct = 'prompt';
  #endConduct: (() => void) | undefined;

  constructor(name: string, parts: EndpointParts) {
    this.name = name;
    this.#parts = parts;
  }

  get url(): string {
    return `http://${this.name}.test/cleanup`;
  }

  behave(conduct: Conduct, forMs: number): void {
    this.#endConduct?.();
    this.#conduct = conduct;
    this.#endConduct = this.#parts.scheduler.after(forMs, () => {
      this.#conduct = 'prompt';
    });
  }

  /** A callback arrives. `answer` may never be called. */
  receive(claim: CleanupClaim, answer: (result: AttemptResult) => void): void {
    const { scheduler, dice, trace, coverage, attempts } = this.#parts;
    const conduct = this.#conduct;
    if (conduct !== 'prompt') coverage.fault(`endpoint-${conduct}`);
    trace.note(
      this.name,
      `${conduct}: attempt ${claim.attempt} of ${claim.cleanupId.slice(0, 8)} on ${claim.object.id}`,
    );
    if (conduct === 'refusing') {
      answer({ kind: 'retry', contact: 'unreached', detail: 'connection refused' });
      return;
    }
    if (conduct === 'forbidden') {
      answer({ kind: 'fail', abandonReason: 'TARGET_FORBIDDEN', detail: 'not an allowed address' });
      return;
    }
    attempts.arrived(claim);
    const chance = dice.throw(`${this.name} ${claim.attempt} ${claim.object.id}`);
    const isFlaky = conduct === 'flaky';
    const deed = !isFlaky ? conduct : chance.hits(0.25) ? 'prompt' : 'failing';
    const afterMs =
      deed === 'slow'
        ? chance.spread(1_000, 25_000)
        : isFlaky && deed === 'prompt'
          ? chance.spread(200, 1_800)
          : chance.spread(1, 50);
    scheduler.after(afterMs, () => {
      const result = this.#work(deed, claim, chance);
      if (result !== undefined) answer(result);
    });
  }

  #work(
    conduct: Exclude<Conduct, 'refusing' | 'forbidden' | 'flaky'>,
    claim: CleanupClaim,
    chance: Chance,
  ): AttemptResult | undefined {
    const { attempts } = this.#parts;
    switch (conduct) {
      case 'prompt':
      case 'slow':
      case 'lying':
        attempts.served(claim);
        return { kind: 'done', statusCode: 200, detail: 'gone\u0000' };
      case 'closing':
        return { kind: 'retry', contact: 'unanswered', detail: 'connection reset' };
      case 'failing': {
        const retryAfterMs = chance.hits(0.3) ? chance.whole(0, 5_000) : undefined;
        return {
          kind: 'retry',
          contact: 'answered',
          statusCode: 503,
          detail: 'busy\u0000',
          ...(retryAfterMs !== undefined && { retryAfterMs }),
        };
      }
      case 'terminal':
        return { kind: 'fail', abandonReason: 'TERMINAL_ANSWER', statusCode: 400 };
      case 'missing':
        return {
          kind: 'retry',
          contact: 'answered',
          cause: 'cleanup',
          statusCode: 404,
          abandonReason: 'ENDPOINT_NOT_FOUND',
        };
      case 'hanging':
        return undefined;
    }
  }
}
