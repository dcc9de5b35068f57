import type { LeaseStore } from '@lease/core';

/** Where stores show numbers that they drew. */
type Drawn = 'generation' | 'fence';

/** They change nothing, so that several may be under way. */
const READS: ReadonlySet<keyof LeaseStore> = new Set([
  'get',
  'list',
  'getCleanup',
  'listCleanups',
  'listAttempts',
  'collectionState',
  'stats',
] as const);

/**
 * The store with its fences and generations numbered as the model numbers them, and with its calls one after another as
 * they were made, but for reads between two writes. What it may draw, PostgreSQL decides: numbers that grow and are no smaller than its clock in
 * microseconds, of which this makes sure; and its connections promise no order to calls that do not wait for each other.
 */
export function numberedStore(open: () => LeaseStore, now: () => number): LeaseStore {
  const numbers = new Numbers(now);
  let written: Promise<unknown> = Promise.resolve();
  let everything: Promise<unknown> = written;
  const inTurn = <T>(verb: keyof LeaseStore, call: () => Promise<T>): Promise<T> => {
    const reads = READS.has(verb);
    const turn = (reads ? written : everything).then(call);
    const ended = turn.catch(() => undefined);
    if (!reads) written = ended;
    everything = Promise.all([everything, ended]);
    return turn;
  };
  return new Proxy({} as LeaseStore, {
    get:
      (_, verb: keyof LeaseStore) =>
      (...args: readonly unknown[]) =>
        inTurn(verb, async () => {
          const store = open();
          const method = store[verb].bind(store) as (...args: unknown[]) => Promise<unknown>;
          return numbers.fromStore(await method(...(numbers.toStore(args) as unknown[])));
        }),
  });
}

/** The store's numbers and the model's, in the order in which they were drawn. */
class Numbers {
  readonly #now: () => number;
  readonly #modelled = new Map<number, number>();
  readonly #stored = new Map<number, number>();
  #lastStored = 0;
  #lastModelled = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** A command with the store's numbers. One that was never drawn is forged, and stays so. */
  toStore(value: unknown): unknown {
    return mapDrawn(value, (number) => this.#stored.get(number) ?? 1);
  }

  /** An answer with the model's numbers. Those of one batch may be drawn in any order, and are numbered in theirs. */
  fromStore(value: unknown): unknown {
    const drawn: number[] = [];
    const answer = mapDrawn(value, (number) => this.#modelled.get(number) ?? this.#note(number, drawn));
    this.#lastStored = Math.max(this.#lastStored, ...drawn);
    return answer;
  }

  #note(number: number, drawn: number[]): number {
    const clock = this.#now() * 1_000;
    if (number <= this.#lastStored) throw new Error(`${number} was drawn after ${this.#lastStored}`);
    if (number < clock) throw new Error(`${number} was drawn at ${clock}`);
    drawn.push(number);
    this.#lastModelled = Math.max(this.#lastModelled + 1, clock);
    this.#modelled.set(number, this.#lastModelled);
    this.#stored.set(this.#lastModelled, number);
    return this.#lastModelled;
  }
}

/** The value with its fences and generations replaced. */
function mapDrawn(value: unknown, replace: (number: number) => number): unknown {
  if (Array.isArray(value)) return value.map((item) => mapDrawn(item, replace));
  if (typeof value !== 'object' || value === null || value instanceof Map) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      isDrawn(key) && typeof item === 'number' ? replace(item) : mapDrawn(item, replace),
    ]),
  );
}

function isDrawn(key: string): key is Drawn {
  return key === 'generation' || key === 'fence';
}
