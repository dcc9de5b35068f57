import type { Scheduler } from '../engine/scheduler.js';
import type { Trace } from '../engine/trace.js';

/** A promise that was not kept. */
export interface Violation {
  /** The promise, e.g. `S1`. */
  readonly id: string;
  readonly message: string;
  readonly atMs: number;
}

/** Keeps the first violation and stops the world: what comes after it is only confusing. */
export class Verdict {
  readonly #scheduler: Scheduler;
  readonly #trace: Trace;
  #first: Violation | undefined;

  constructor(scheduler: Scheduler, trace: Trace) {
    this.#scheduler = scheduler;
    this.#trace = trace;
  }

  get violation(): Violation | undefined {
    return this.#first;
  }

  broken(id: string, message: string): void {
    if (this.#first !== undefined) return;
    this.#first = { id, message, atMs: this.#scheduler.nowMs };
    this.#trace.note('checker', `${id} is broken: ${message}`);
    this.#scheduler.stop();
  }

  /** `message` is only made when it is needed. */
  expect(kept: boolean, id: string, message: () => string): void {
    if (!kept) this.broken(id, message());
  }
}
