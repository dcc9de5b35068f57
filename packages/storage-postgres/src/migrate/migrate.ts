import { ConnectionLane } from '../connection/connection-lane.js';
import { Connection } from '../connection/connection.js';
import type { DatabaseOptions } from '../connection/database-options.js';
import { Deadline } from '../connection/deadline.js';
import { judgeError, sqlState, unavailable } from '../connection/judge-error.js';
import { sessionSettings } from '../connection/session-settings.js';
import { settleOptions } from '../connection/settled-options.js';
import { applyMigrations } from './apply-migrations.js';
import { checkServer } from './check-server.js';
import { shippedMigrations, type Migration } from './migration-files.js';
import { PostgresSchemaError } from './postgres-schema-error.js';

/** For all migrations, and for waiting while another process applies them: to build an index may take minutes. */
const MIGRATION_MS = 900_000;
const INSUFFICIENT_PRIVILEGE = '42501';

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
  const { target, schema, callTimeoutMs, clock } = settleOptions(options);
  const patient = { statement_timeout: String(MIGRATION_MS), lock_timeout: '0' };
  const settings = { ...sessionSettings(callTimeoutMs), ...patient };
  const pooler = { seen: false };
  const lane = new ConnectionLane(1, (onLost) => Connection.open({ target, settings, pooler, onLost }));
  try {
    await lane.use(new Deadline(clock, callTimeoutMs), checkServer);
    await lane.use(new Deadline(clock, MIGRATION_MS), (connection) =>
      applyMigrations(connection, schema, shipped),
    );
  } catch (error) {
    if (error instanceof PostgresSchemaError) throw error;
    if (sqlState(error) === INSUFFICIENT_PRIVILEGE) {
      throw new PostgresSchemaError(
        `schema ${schema.name} at ${target.name} cannot be used: ${(error as Error).message}; grant it to the role, ` +
          'or migrate as a role that may create',
        { cause: error },
      );
    }
    throw judgeError(error) === 'bug' ? error : unavailable(target.name, error);
  } finally {
    await lane.close();
  }
}
