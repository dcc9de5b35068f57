import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { seededRandom } from '@lease/core/testing';
import { MemoryStore } from '@lease/storage-memory';
import { SqliteStore } from '@lease/storage-sqlite';
import { scratch } from '../../helpers/scratch.js';
import { openContext } from './open-context.js';
import type { StoreUnderTest } from './open-store.js';

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
      openContext(
        // A reopened store must not draw the UUIDs of its earlier life again.
        (clock) => SqliteStore.open({ path, clock, random: seededRandom(7 + opened++) }),
        () => rmSync(directory, { recursive: true, force: true }),
      ),
    );
  },
};
