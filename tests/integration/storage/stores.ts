import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { seededRandom } from '@lease/core/testing';
import { MemoryStore } from '@lease/storage-memory';
import { SqliteStore } from '@lease/storage-sqlite';
import { afterAll } from 'vitest';
import { scratch } from '../../helpers/scratch.js';
import { numberedStore } from './numbered-store.js';
import { openContext } from './open-context.js';
import type { StoreUnderTest } from './open-store.js';
import { PostgresContext } from './postgres-context.js';

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
      openContext(
        // A reopened store must not draw the UUIDs of its earlier life again.
        (clock) => SqliteStore.open({ path, clock, random: seededRandom(7 + opened++) }),
        () => rmSync(directory, { recursive: true, force: true }),
      ),
    );
  },
};

const postgres: StoreUnderTest = {
  name: 'postgres',
  durable: true,
  open: () => PostgresContext.open(),
  openForModel: async () => {
    const context = warm.pop() ?? (await PostgresContext.open());
    await context.renew();
    const { time } = context;
    const store = numberedStore(
      () => context.store,
      () => time.wallMs(),
    );
    return {
      store,
      time,
      reopen: () => context.reopen(),
      close: () => {
        warm.push(context);
        return Promise.resolve();
      },
    };
  },
};

/** Kept open from one sequence to the next. */
const warm: PostgresContext[] = [];
afterAll(() => Promise.all(warm.map((context) => context.close())));

export const stores: readonly StoreUnderTest[] = [memory, sqlite, postgres];
