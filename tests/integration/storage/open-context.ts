import type { LeaseStore } from '@lease/core';
import { ManualClock } from '@lease/core/testing';
import type { OpenStore } from './open-store.js';

/** What closes and opens again. */
class Context implements OpenStore {
  readonly time = new ManualClock();
  store: LeaseStore;
  readonly #make: (clock: ManualClock) => LeaseStore;
  readonly #free: () => void;

  constructor(make: (clock: ManualClock) => LeaseStore, free: () => void) {
    this.#make = make;
    this.#free = free;
    this.store = make(this.time);
  }

  async reopen(): Promise<void> {
    await this.store.close();
    this.store = this.#make(this.time);
  }

  async close(): Promise<void> {
    await this.store.close();
    this.#free();
  }
}

/** A store on a clock of its own. `free`: done when it is closed for good. */
export function openContext(
  make: (clock: ManualClock) => LeaseStore,
  free: () => void = () => undefined,
): OpenStore {
  return new Context(make, free);
}
