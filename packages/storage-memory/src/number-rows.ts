/** A row of a {@link NumberRows}: five numbers from `offset` on. */
export interface Row {
  readonly block: Float64Array;
  readonly offset: number;
}

const WIDTH = 5;
const ROWS_PER_BLOCK = 1_024;

/**
 * Rows of five numbers, packed. An instant in a property of its own is a heap object of its own (it is no small
 * integer): a million leases were five million of them, and a renewal met each as a cache miss.
 */
export class NumberRows {
  #block = new Float64Array(WIDTH * ROWS_PER_BLOCK);
  #used = 0;
  readonly #free: Row[] = [];

  take(): Row {
    const free = this.#free.pop();
    if (free !== undefined) return free;
    if (this.#used === ROWS_PER_BLOCK) {
      this.#block = new Float64Array(WIDTH * ROWS_PER_BLOCK);
      this.#used = 0;
    }
    const row = { block: this.#block, offset: this.#used * WIDTH };
    this.#used += 1;
    return row;
  }

  giveBack(row: Row): void {
    this.#free.push(row);
  }
}
