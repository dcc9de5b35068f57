/** The promises that have not settled yet. */
export class InFlight {
  readonly #promises = new Set<Promise<unknown>>();

  /** Counts the promise as in flight until it settles, and hands it back. */
  track<T>(promise: Promise<T>): Promise<T> {
    this.#promises.add(promise);
    const forget = () => void this.#promises.delete(promise);
    promise.then(forget, forget);
    return promise;
  }

  /** Resolves when nothing is in flight, whatever was added meanwhile included. */
  async none(): Promise<void> {
    while (this.#promises.size > 0) await Promise.allSettled(this.#promises);
  }
}
