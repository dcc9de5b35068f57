import { createHash } from 'node:crypto';
import type { Scheduler } from './scheduler.js';

/** What happened, line by line. Equal runs have equal hashes. */
export class Trace {
  readonly #scheduler: Scheduler;
  readonly #hash = createHash('sha256');
  readonly #kept: string[] | undefined;
  #pending = '';

  /** `keep`: the lines are wanted, not only their hash. */
  constructor(scheduler: Scheduler, keep: boolean) {
    this.#scheduler = scheduler;
    this.#kept = keep ? [] : undefined;
  }

  note(who: string, what: string): void {
    const line = `${this.#scheduler.nowMs.toFixed(3).padStart(11)} ${who.padEnd(13)} ${what}`;
    this.#kept?.push(line);
    this.#pending += `${line}\n`;
    // Hashing costs by the call, not by the byte.
    if (this.#pending.length > 16_384) this.#flush();
  }

  /** The lines, if they were kept. */
  get lines(): readonly string[] {
    return this.#kept ?? [];
  }

  /** Of everything so far; the trace ends with it. */
  digest(): string {
    this.#flush();
    return this.#hash.digest('hex');
  }

  #flush(): void {
    this.#hash.update(this.#pending);
    this.#pending = '';
  }
}
