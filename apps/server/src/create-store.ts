import { makeDirectory } from './make-directory.js';
import { join } from 'node:path';
import type { LeaseStore } from '@lease/core';
import type { CommitTally } from '@lease/metrics';
import { MemoryStore } from '@lease/storage-memory';
import { SqliteStore } from '@lease/storage-sqlite';
import type { Config } from './config/settings.js';

const SQLITE_FILE = 'lease.db';

export interface OpenedStore {
  readonly store: LeaseStore;
  /** Of a store that commits in groups. */
  readonly commits?: CommitTally;
}

/** Opens the store that was configured. Throws `SqliteFileInUseError` if another server has it. */
export function createStore({ storage, dataDir }: Pick<Config, 'storage' | 'dataDir'>): OpenedStore {
  switch (storage) {
    case 'memory':
      return { store: new MemoryStore() };
    case 'sqlite': {
      // Callback headers are secrets, and they are in there.
      makeDirectory(dataDir);
      const tally = { commits: 0, calls: 0 };
      const onCommit = (calls: number) => {
        tally.commits += 1;
        tally.calls += calls;
      };
      return { store: SqliteStore.open({ path: join(dataDir, SQLITE_FILE), onCommit }), commits: tally };
    }
  }
}
