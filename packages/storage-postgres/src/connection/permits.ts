import type { Deadline } from './deadline.js';

/** Callers that may wait for a connection. Beyond it they hear at once that there is none: their clients try elsewhere. */
const MAX_WAITING = 1_000;

/** A fixed number of permits, handed out first come, first served. */
export class Permits {
  #free: number;
  readonly #waiting = new Set<() => void>();

  constructor(total: number) {
    this.#free = total;
  }

  get free(): number {
    return this.#free;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  async take(deadline: Deadline): Promise<void> {
    if (this.#free > 0) {
      this.#free -= 1;
      return;
    }
    if (this.#waiting.size >= MAX_WAITING) {
      throw new Error(`${MAX_WAITING} calls wait for a connection already`);
    }
    await new Promise<void>((resolve, reject) => {
      const give = () => {
        cancel();
        resolve();
      };
      const cancel = deadline.onExpiry(() => {
        this.#waiting.delete(give);
        reject(deadline.error('no connection was free'));
      });
      this.#waiting.add(give);
    });
  }

  giveBack(): void {
    const [next] = this.#waiting;
    if (next === undefined) this.#free += 1;
    else {
      this.#waiting.delete(next);
      next();
    }
  }
}
