import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { LeaseStore } from '@lease/core';
import { MemoryStore } from '@lease/storage-memory';
import { SqliteStore } from '@lease/storage-sqlite';
import type { Config } from './config/settings.js';

const SQLITE_FILE = 'lease.db';

/** Opens the store that was configured. Throws `SqliteFileInUseError` if another server has it. */
export function createStore({ storage, dataDir }: Pick<Config, 'storage' | 'dataDir'>): LeaseStore {
  switch (storage) {
    case 'memory':
      return new MemoryStore();
    case 'sqlite':
      // Callback headers are secrets, and they are in there.
      mkdirSync(dataDir, { recursive: true, mode: 0o700 });
      return SqliteStore.open({ path: join(dataDir, SQLITE_FILE) });
  }
}
