/** The largest of many counts that change by one, without a look at all of them. */
export class Peak {
  /** How many counts stand at each value. */
  readonly #standing = new Map<number, number>();
  #largest = 0;

  get largest(): number {
    return this.#largest;
  }

  /** One of the counts went from a value to the next one, or to the one before. */
  moved(from: number, to: number): void {
    this.#add(from, -1);
    this.#add(to, 1);
    if (to > this.#largest) this.#largest = to;
    else if (from === this.#largest && !this.#standing.has(from)) this.#largest = to;
  }

  #add(value: number, by: 1 | -1): void {
    if (value === 0) return;
    const standing = (this.#standing.get(value) ?? 0) + by;
    if (standing === 0) this.#standing.delete(value);
    else this.#standing.set(value, standing);
  }
}
