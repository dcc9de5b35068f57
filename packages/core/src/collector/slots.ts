/**
 * How much may be in flight at once: in all, and at one endpoint, so that a slow endpoint holds its own slots only.
 * A slot is taken when its attempt is started and freed when the outcome is recorded.
 */
export class Slots {
  readonly #total: number;
  readonly #perEndpoint: number;
  readonly #taken = new Map<string, number>();
  #takenInAll = 0;

  constructor(total: number, perEndpoint: number) {
    this.#total = total;
    this.#perEndpoint = perEndpoint;
  }

  /** Free slots, in all. */
  get free(): number {
    return this.#total - this.#takenInAll;
  }

  freeAt(endpoint: string): number {
    return this.#perEndpoint - (this.#taken.get(endpoint) ?? 0);
  }

  /** Endpoints at which something is in flight. */
  get endpoints(): readonly string[] {
    return [...this.#taken.keys()];
  }

  /** Takes a slot, if there is one. */
  take(endpoint: string): boolean {
    if (this.free <= 0 || this.freeAt(endpoint) <= 0) return false;
    this.#takenInAll++;
    this.#taken.set(endpoint, (this.#taken.get(endpoint) ?? 0) + 1);
    return true;
  }

  /** Frees a slot that {@link take} gave. */
  release(endpoint: string): void {
    const left = (this.#taken.get(endpoint) ?? 0) - 1;
    if (left < 0) throw new Error(`no slot of ${endpoint} is taken`);
    this.#takenInAll--;
    // An endpoint leaves the map with its last attempt: there is no bound on how many are met over a process's life.
    if (left === 0) this.#taken.delete(endpoint);
    else this.#taken.set(endpoint, left);
  }
}
