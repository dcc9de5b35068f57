import { join } from 'node:path';
import { recountPostgres } from './recount/recount-postgres.js';
import { recountSqlite } from './recount/recount-sqlite.js';

/** Where the leases of a server are kept. */
export type Home =
  | { readonly storage: 'memory' }
  | { readonly storage: 'sqlite'; readonly dataDir: string }
  | { readonly storage: 'postgres'; readonly url: string; readonly schema: string };

/** What a server is started with, so that it is at home there. The URL is no flag: whoever lists the processes sees those. */
export function settingsOf(home: Home): {
  readonly flags: readonly string[];
  readonly env: Readonly<Record<string, string>>;
} {
  const flags = ['--storage', home.storage];
  switch (home.storage) {
    case 'memory':
      return { flags, env: {} };
    case 'sqlite':
      return { flags: [...flags, '--data-dir', home.dataDir], env: {} };
    case 'postgres':
      return {
        flags: [...flags, '--database-schema', home.schema],
        env: { LEASE_DATABASE_URL: home.url },
      };
  }
}

/**
 * What the store tells of itself and its tables do not show, or the other way round (S6, S16). Empty: they agree. A file is
 * open to its server alone, so that has to have ended; in a database any snapshot does. Memory leaves nothing to count.
 */
export async function recountHome(home: Home): Promise<readonly string[]> {
  switch (home.storage) {
    case 'memory':
      return [];
    case 'sqlite':
      return recountSqlite(join(home.dataDir, 'lease.db'));
    case 'postgres':
      return recountPostgres(home.url, home.schema);
  }
}
