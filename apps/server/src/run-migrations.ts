import { migrate } from '@lease/storage-postgres';
import type { Config } from './config/settings.js';
import { postgresOptions } from './create-store.js';
import { EXIT } from './exit-code.js';
import { configuredLog } from './logging/create-log.js';
import { explain } from './run-server.js';

/** Makes the tables of this version, if they are not there. Resolves to an exit code. */
export async function runMigrations(config: Config): Promise<number> {
  const log = configuredLog(config);
  try {
    await migrate(postgresOptions(config));
  } catch (error) {
    return explain(error, log, 'migrate');
  }
  log.info({ schema: config.databaseSchema }, 'the database is up to date');
  return EXIT.ok;
}
