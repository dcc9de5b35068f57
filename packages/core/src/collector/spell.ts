/** A longer break ends a spell. A store that answers nobody for some seconds makes a shorter one. */
const MOST_BREAK_MS = 10_000;

/** For how long something has been so, short breaks included. All times are the monotonic clock's. */
export class Spell {
  #firstMs = -Infinity;
  #lastMs = -Infinity;

  /** It is so, now. */
  seen(nowMs: number): void {
    if (this.#isOver(nowMs)) this.#firstMs = nowMs;
    this.#lastMs = nowMs;
  }

  /** 0 if it is over. */
  lengthMs(nowMs: number): number {
    return this.#isOver(nowMs) ? 0 : this.#lastMs - this.#firstMs;
  }

  #isOver(nowMs: number): boolean {
    return nowMs - this.#lastMs > MOST_BREAK_MS;
  }
}
