interface Entry {
  readonly dueMs: number;
  readonly order: number;
  run: (() => void) | undefined;
}

/**
 * The one time line of a simulated world: events in the order of their instants, then of their making. Between two events
 * every promise chain that can go on without time passing goes on, so that the order of events alone decides a run.
 */
export class Scheduler {
  readonly #heap: Entry[] = [];
  #nowMs = 0;
  #order = 0;
  #events = 0;
  #stopped = false;

  /** Milliseconds since the world began. */
  get nowMs(): number {
    return this.#nowMs;
  }

  /** Events that were run. */
  get events(): number {
    return this.#events;
  }

  /** Runs `run` after so long; returns what cancels it. */
  after(delayMs: number, run: () => void): () => void {
    const entry: Entry = { dueMs: this.#nowMs + Math.max(0, delayMs), order: this.#order++, run };
    this.#push(entry);
    return () => {
      entry.run = undefined;
    };
  }

  at(instantMs: number, run: () => void): () => void {
    return this.after(instantMs - this.#nowMs, run);
  }

  /** No further event: somebody saw what must not be. */
  stop(): void {
    this.#stopped = true;
  }

  /** Moves time on and runs what falls due. */
  async runUntil(endMs: number): Promise<void> {
    await settle();
    for (let next = this.#heap[0]; !this.#stopped && next && next.dueMs <= endMs; next = this.#heap[0]) {
      this.#pop();
      if (next.run === undefined) continue;
      this.#nowMs = next.dueMs;
      this.#events += 1;
      next.run();
      await settle();
    }
    if (!this.#stopped) this.#nowMs = Math.max(this.#nowMs, endMs);
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let index = heap.length;
    heap.push(entry);
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = heap[parentIndex];
      if (parent === undefined || before(parent, entry)) break;
      heap[index] = parent;
      index = parentIndex;
    }
    heap[index] = entry;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let index = 0;
    for (;;) {
      const left = heap[2 * index + 1];
      if (left === undefined) break;
      const right = heap[2 * index + 2];
      const [child, childIndex] =
        right !== undefined && before(right, left) ? [right, 2 * index + 2] : [left, 2 * index + 1];
      if (before(last, child)) break;
      heap[index] = child;
      index = childIndex;
    }
    heap[index] = last;
  }
}

function before(a: Entry, b: Entry): boolean {
  return a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order);
}

/**
 * Node runs all microtasks before the next tick. Nothing in the world does real input or output, or takes a tick of its own; a
 * turn of the event loop for each event would cost more than most events do.
 */
function settle(): Promise<void> {
  return new Promise(tick);
}

const tick = (resolve: () => void) => {
  process.nextTick(resolve);
};
