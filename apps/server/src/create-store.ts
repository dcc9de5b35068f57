import { makeDirectory } from './make-directory.js';
import { join } from 'node:path';
import { coalesce, type LeaseStore } from '@lease/core';
import type { CommitTally, PoolTally } from '@lease/metrics';
import { MemoryStore } from '@lease/storage-memory';
import { type PostgresOptions, PostgresStore } from '@lease/storage-postgres';
import { SqliteStore } from '@lease/storage-sqlite';
import type { Config } from './config/settings.js';

const SQLITE_FILE = 'lease.db';

export interface OpenedStore {
  readonly store: LeaseStore;
  /** Of a store that commits in groups. */
  readonly commits?: CommitTally;
  /** Of a store with connections. */
  readonly pool?: () => PoolTally;
}

type StoreConfig = Pick<
  Config,
  'storage' | 'dataDir' | 'databaseUrl' | 'databaseUrlFile' | 'databaseSchema' | 'databaseConnections'
>;

/**
 * Opens the store that was configured. Rejects with `SqliteFileInUseError` if another server has the file, with
 * `SqliteSchemaError` or `PostgresSchemaError` if a newer version made the store, and with `StoreUnavailableError` if the
 * database does not answer.
 */
export async function createStore(config: StoreConfig): Promise<OpenedStore> {
  const { storage, dataDir } = config;
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
    case 'postgres': {
      const store = await PostgresStore.open(postgresOptions(config));
      return { store: coalesce(store), pool: () => store.connections() };
    }
  }
}

/** How the configured database is reached. */
export function postgresOptions(config: Omit<StoreConfig, 'storage' | 'dataDir'>): PostgresOptions {
  return {
    url: config.databaseUrl || config.databaseUrlFile,
    schema: config.databaseSchema,
    maxConnections: config.databaseConnections,
  };
}
