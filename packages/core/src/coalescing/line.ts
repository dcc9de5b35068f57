/**
 * Elements of one batch, at most. PostgreSQL renews 38,000 a second by 64 and 90,000 by 500; creates gain nothing beyond
 * 64, and 500 of them hold their rows for some 30 ms.
 */
const MAX_BATCH_ELEMENTS = 500;

/**
 * Elements of one verb that wait, at most: about a second's creates at PostgreSQL's 12,000 a second. Who would wait for
 * longer than that does better to ask another replica.
 */
const MAX_WAITING_ELEMENTS = 10_000;

/** Below so many elements two batches cost more than one, as each has a round trip and a commit of its own. */
const MIN_SHARE = 16;

/** What one caller asked for, until it is answered. */
export interface Call<Command, Result> {
  readonly commands: readonly Command[];
  /** How many of the commands have left the line. */
  sent: number;
  /** The answers so far, in order. */
  readonly results: Result[];
  readonly resolve: (results: readonly Result[]) => void;
  readonly reject: (error: unknown) => void;
}

/** A call's share of a batch: all its commands, unless they are more than a batch holds. */
export interface Part<Command, Result> {
  readonly call: Call<Command, Result>;
  readonly commands: readonly Command[];
}

/** Calls that wait, first come, first served. */
export class Line<Command, Result> {
  readonly #calls: Call<Command, Result>[] = [];
  #elements = 0;

  /** Elements that wait. */
  get elements(): number {
    return this.#elements;
  }

  /** An array longer than the line is in memory already: with nobody before it, it may as well be served. */
  admits(elements: number): boolean {
    return this.#elements === 0 || this.#elements + elements <= MAX_WAITING_ELEMENTS;
  }

  join(call: Call<Command, Result>): void {
    this.#calls.push(call);
    this.#elements += call.commands.length - call.sent;
  }

  /**
   * Takes whoever stands first, and those behind as long as they fit. Empty if nobody waits. With several lanes free, each
   * gets its share: if one took all, its callers would come back together, and the other lanes stay empty for ever.
   */
  takeBatch(freeLanes: number): readonly Part<Command, Result>[] {
    const shared = Math.ceil(this.#elements / freeLanes);
    const share = shared < MIN_SHARE ? this.#elements : shared;
    const batch: Part<Command, Result>[] = [];
    let size = 0;
    for (const call of this.#calls) {
      const commands = call.commands.slice(call.sent, call.sent + MAX_BATCH_ELEMENTS);
      if (size + commands.length > MAX_BATCH_ELEMENTS || size >= share) break;
      size += commands.length;
      batch.push({ call, commands });
    }
    for (const call of this.#calls.splice(0, batch.length)) {
      this.#elements -= call.commands.length - call.sent;
      call.sent = Math.min(call.sent + MAX_BATCH_ELEMENTS, call.commands.length);
    }
    return batch;
  }

  /** Takes everybody. */
  takeAll(): readonly Call<Command, Result>[] {
    this.#elements = 0;
    return this.#calls.splice(0);
  }
}
