import type { Page } from '@lease/core/serial-store';

/** An element with its place in the order of arrival. */
export interface Arrival {
  seq: number;
}

/**
 * At most so many elements are visited for one page, so that a filter that matches little cannot stall the process: 50,000
 * took 200 ms on a busy machine, since each element is elsewhere in memory.
 */
const MAX_VISITS = 5_000;

/** Elements in the order of their arrival, read in keyset pages while others arrive and leave. */
export class ArrivalLog<T extends Arrival> {
  #entries: (T | undefined)[] = [];
  #seqs: number[] = [];
  #removed = 0;
  #lastSeq = 0;

  append(item: T): void {
    this.#lastSeq += 1;
    item.seq = this.#lastSeq;
    this.#entries.push(item);
    this.#seqs.push(item.seq);
  }

  remove(item: T): void {
    this.#entries[this.#indexAfter(item.seq - 1)] = undefined;
    this.#removed += 1;
    // Compacting when half is gone costs each element a constant.
    if (this.#removed > 1_000 && this.#removed * 2 > this.#entries.length) this.#compact();
  }

  /** Another element in the place of one that is there; it has the same `seq`. */
  replace(item: T, by: T): void {
    this.#entries[this.#indexAfter(item.seq - 1)] = by;
  }

  /** The first `limit` elements after the cursor that `pick` turns into a row. */
  page<Row>(cursor: string | undefined, limit: number, pick: (item: T) => Row | undefined): Page<Row> {
    const rows: Row[] = [];
    const start = this.#indexAfter(cursor === undefined ? 0 : Number(cursor));
    const end = Math.min(this.#entries.length, start + MAX_VISITS);
    let index = start;
    for (; index < end && rows.length < limit; index += 1) {
      const item = this.#entries[index];
      const row = item === undefined ? undefined : pick(item);
      if (row !== undefined) rows.push(row);
    }
    const visited = this.#seqs[index - 1];
    return index < this.#entries.length && visited !== undefined
      ? { rows, nextCursor: String(visited) }
      : { rows };
  }

  #indexAfter(seq: number): number {
    let low = 0;
    let high = this.#seqs.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#seqs[middle] ?? 0) <= seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #compact(): void {
    this.#entries = this.#entries.filter((item) => item !== undefined);
    this.#seqs = this.#entries.map((item) => item?.seq ?? 0);
    this.#removed = 0;
  }
}
