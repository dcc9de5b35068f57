import type { DatabaseOptions } from '../connection/database-options.js';
import { Deadline } from '../connection/deadline.js';
import { applyMigrations } from './apply-migrations.js';
import { checkServer } from './check-server.js';
import { shippedMigrations, type Migration } from './migration-files.js';
import { withConnection } from './with-connection.js';

/** For all migrations, and for waiting while another process applies them: to build an index may take minutes. */
const MIGRATION_MS = 900_000;
const PATIENT = { statement_timeout: String(MIGRATION_MS), lock_timeout: '0' };

/**
 * Brings the schema up to this package: makes it if it is not there, and applies what it lacks, each migration in one
 * transaction. Any number of processes may do so at the same time. Where nothing is lacking, nothing is written and no
 * right to create is needed.
 *
 * Rejects with `PostgresSchemaError` if the schema or the server cannot be used as it is, with `StoreUnavailableError` if
 * the server cannot be reached. Throws a `TypeError` that names the option which is wrong.
 */
export async function migrate(options: DatabaseOptions): Promise<void> {
  await migrateTo(options, shippedMigrations());
}

/** The same with other migrations than the shipped ones. */
export async function migrateTo(options: DatabaseOptions, shipped: readonly Migration[]): Promise<void> {
  await withConnection(options, PATIENT, async (lane, { schema, callTimeoutMs, clock }) => {
    await lane.use(new Deadline(clock, callTimeoutMs), checkServer);
    await lane.use(new Deadline(clock, MIGRATION_MS), (connection) =>
      applyMigrations(connection, schema, shipped),
    );
  });
}
