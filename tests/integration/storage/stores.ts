import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LeaseStore } from '@lease/core';
import { type LawContext, ManualClock, seededRandom } from '@lease/core/testing';
import { MemoryStore } from '@lease/storage-memory';
import { SqliteStore } from '@lease/storage-sqlite';

/** A store that tests can open: fresh each time, on a clock that they hold. */
export interface StoreUnderTest {
  readonly name: string;
  /** Whether its data outlive a restart. */
  readonly durable: boolean;
  open(): Promise<OpenStore>;
}

/** A store on a clock that the test moves. */
export interface OpenStore extends LawContext {
  readonly time: ManualClock;
}

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

const memory: StoreUnderTest = {
  name: 'memory',
  durable: false,
  open: () => Promise.resolve(openContext((clock) => new MemoryStore({ clock, random: seededRandom(7) }))),
};

const sqlite: StoreUnderTest = {
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

/** These tests ask what is kept, not whether the disk keeps it: memory, if it can be had as a directory, saves the fsyncs. */
function scratch(): string {
  try {
    accessSync('/dev/shm', constants.W_OK);
    return '/dev/shm';
  } catch {
    return tmpdir();
  }
}

export const stores: readonly StoreUnderTest[] = [memory, sqlite];
