import type { Connection } from '../connection/connection.js';
import { PostgresSchemaError } from './postgres-schema-error.js';

/** The oldest version that the tests run on. */
const OLDEST = 15;

/** The server's version. Throws a `PostgresSchemaError` if it is too old, or keeps text that is not UTF-8. */
export async function checkServer(connection: Connection): Promise<string> {
  const [row] = (await connection.query(
    "select current_setting('server_version') as version, current_setting('server_version_num')::int / 10000 as major," +
      " current_setting('server_encoding') as encoding",
    [],
  )) as [{ readonly version: string; readonly major: number; readonly encoding: string }];
  if (row.major < OLDEST) {
    throw new PostgresSchemaError(`PostgreSQL ${row.version} is too old: Lease needs ${OLDEST} or newer`);
  }
  if (row.encoding !== 'UTF8') {
    throw new PostgresSchemaError(
      `the database keeps text as ${row.encoding}: Lease needs one that was created with encoding UTF8`,
    );
  }
  return row.version;
}
