import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { LeaseStore } from '@lease/core';
import { ManualClock, seededRandom } from '@lease/core/testing';
import { MemoryStore } from '@lease/storage-memory';
import { SqliteStore } from '@lease/storage-sqlite';
import { scratch } from '../../helpers/scratch.js';
import type { OpenStore, StoreUnderTest } from './open-store.js';

/** What closes and opens again. */
class Context implements OpenStore {
  readonly time = new ManualClock();
  store: LeaseStore;
  readonly #make: (clock: ManualClock) => LeaseStore;
  readonly #free: () => void;

  constructor(make: (clock: ManualClock) => LeaseStore, free: () => void = () => undefined) {
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

/** A store on a clock of its own. */
export function openContext(make: (clock: ManualClock) => LeaseStore): OpenStore {
  return new Context(make);
}

export const memory: StoreUnderTest = {
  name: 'memory',
  durable: false,
  open: () => Promise.resolve(openContext((clock) => new MemoryStore({ clock, random: seededRandom(7) }))),
};

export const sqlite: StoreUnderTest = {
  name: 'sqlite',
  durable: true,
  open: () => {
    const directory = mkdtempSync(join(scratch(), 'lease-sqlite-'));
    const path = join(directory, 'leases.db');
    let opened = 0;
    return Promise.resolve(
      new Context(
        // A reopened store must not draw the UUIDs of its earlier life again.
        (clock) => SqliteStore.open({ path, clock, random: seededRandom(7 + opened++) }),
        () => rmSync(directory, { recursive: true, force: true }),
      ),
    );
  },
};
