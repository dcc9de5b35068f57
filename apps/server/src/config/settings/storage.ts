import { databaseUrl, databaseUrlFile, schemaName } from '../database-kinds.js';
import { choice, count, directory, duration } from '../kinds.js';
import { setting } from './setting.js';

/** Where leases are kept. */
export const STORAGE_SETTINGS = {
  storage: setting(choice('sqlite', 'memory', 'postgres'), {
    default: 'sqlite',
    doc: 'where leases are kept: sqlite, durable in --data-dir; postgres, one database for any number of servers; memory, gone when the server stops',
    reason: 'Durable with nothing to install. Where one machine is not enough: postgres.',
  }),
  dataDir: setting(directory, {
    default: './lease-data',
    doc: 'the directory of the sqlite store, made if it is not there',
    reason:
      'One server at a time owns it. Local disks only: SQLite cannot trust the locks of network file systems.',
  }),
  databaseUrl: setting(databaseUrl, {
    default: '',
    doc: 'the PostgreSQL database, postgres://user:password@host:5432/name; better in a file or in the environment, since flags can be seen by other users',
    reason: 'PostgreSQL storage needs either this or --database-url-file; other storage takes neither.',
    secret: 'value',
  }),
  databaseUrlFile: setting(databaseUrlFile, {
    default: '',
    doc: 'a file that holds the URL of the database and nothing else',
    reason: 'For secrets that are mounted as files.',
    secret: 'file',
  }),
  databaseSchema: setting(schemaName, {
    default: 'lease',
    doc: 'the schema in that database, made if it is not there',
    reason: 'Servers of one schema share their leases. Another schema is another, separate Lease.',
  }),
  databaseConnections: setting(count(4, 1_000, 'connections'), {
    default: '16',
    doc: 'connections to the database, at most',
    reason:
      'Calls share batches, so that a few connections carry many callers; two of them are for sweeping and collecting. All servers together must stay below the max_connections of the database.',
  }),
  retainEndedMs: setting(duration('1h', '87600h'), {
    default: '24h',
    doc: 'how long ended leases can still be looked up',
    reason:
      'So long a repeated create or release gets its first answer again, and a renewal learns that the lease ended. Longer costs space.',
  }),
} as const;
