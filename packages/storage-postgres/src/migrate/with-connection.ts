import { ConnectionLane } from '../connection/connection-lane.js';
import { Connection } from '../connection/connection.js';
import type { DatabaseOptions } from '../connection/database-options.js';
import { judgeError, sqlState, unavailable } from '../connection/judge-error.js';
import { sessionSettings } from '../connection/session-settings.js';
import { settleOptions, type SettledOptions } from '../connection/settled-options.js';
import { PostgresSchemaError } from './postgres-schema-error.js';

const INSUFFICIENT_PRIVILEGE = '42501';
/** A table, function, type or column of that name is there already. */
const DUPLICATES: ReadonlySet<string | undefined> = new Set(['42P07', '42723', '42710', '42701', '42P06']);

/**
 * Lends one connection for what is done to the schema rather than with it. What the database says no to for want of a right
 * becomes a `PostgresSchemaError`; a server that cannot be reached, a `StoreUnavailableError`.
 */
export async function withConnection<T>(
  options: DatabaseOptions,
  overriding: Readonly<Record<string, string>>,
  work: (lane: ConnectionLane, settled: SettledOptions) => Promise<T>,
): Promise<T> {
  const settled = settleOptions(options);
  const { target, schema, callTimeoutMs } = settled;
  const settings = { ...sessionSettings(callTimeoutMs), ...overriding };
  const pooler = { seen: false };
  const lane = new ConnectionLane(1, (onLost) => Connection.open({ target, settings, pooler, onLost }));
  try {
    return await work(lane, settled);
  } catch (error) {
    if (error instanceof PostgresSchemaError) throw error;
    if (sqlState(error) === INSUFFICIENT_PRIVILEGE) {
      throw new PostgresSchemaError(
        `schema ${schema.name} at ${target.name} cannot be used: ${(error as Error).message}; grant it to the role, ` +
          'or migrate as a role that may create',
        { cause: error },
      );
    }
    if (DUPLICATES.has(sqlState(error))) {
      throw new PostgresSchemaError(
        `schema ${schema.name} at ${target.name} holds what is not Lease's: ${(error as Error).message}; choose another schema name`,
        { cause: error },
      );
    }
    throw judgeError(error) === 'bug' ? error : unavailable(target.name, error);
  } finally {
    await lane.close();
  }
}
