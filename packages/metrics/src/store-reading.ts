import type { Clock, CollectionState, LeaseStore, StoreStats } from '@lease/core';
import { Gauge, type Registry } from 'prom-client';

/** The store has so long to answer: a scraper waits some 10 s, an alert must not. */
const DEADLINE_MS = 2_000;

/** What is read of the store. */
export interface StoreReading {
  readonly stats: StoreStats;
  readonly state: CollectionState;
}

/**
 * Reads the store for its figures, one reading at a time. If it is unavailable, or does not answer within 2 s, the last
 * figures stand and `lease_store_up` is 0.
 */
export class StoreReader {
  readonly #store: Pick<LeaseStore, 'stats' | 'collectionState'>;
  readonly #clock: Clock;
  readonly #up: Gauge;
  readonly #take: (reading: StoreReading) => void;
  #asking: Promise<StoreReading | undefined> | undefined;

  constructor(
    store: Pick<LeaseStore, 'stats' | 'collectionState'>,
    clock: Clock,
    registry: Registry,
    take: (reading: StoreReading) => void,
  ) {
    this.#store = store;
    this.#clock = clock;
    this.#take = take;
    this.#up = new Gauge({
      name: 'lease_store_up',
      help: 'Whether the store could be read when it was last asked.',
      registers: [registry],
    });
  }

  /** Never rejects: the gauge says what went wrong, and a scrape that failed would hide what this process counts. */
  async read(): Promise<void> {
    const reading = await this.#inTime((this.#asking ??= this.#ask()));
    this.#up.set(reading === undefined ? 0 : 1);
    if (reading !== undefined) this.#take(reading);
  }

  /** A question that hangs is not asked again before it has ended: they would queue up. */
  async #ask(): Promise<StoreReading | undefined> {
    try {
      const [stats, state] = await Promise.all([this.#store.stats(), this.#store.collectionState()]);
      return { stats, state };
    } catch {
      return undefined;
    } finally {
      this.#asking = undefined;
    }
  }

  #inTime<T>(answer: Promise<T | undefined>): Promise<T | undefined> {
    return new Promise((resolve) => {
      const cancel = this.#clock.schedule(DEADLINE_MS, () => {
        resolve(undefined);
      });
      void answer.then((value) => {
        cancel();
        resolve(value);
      });
    });
  }
}
