import type { Connection } from '../connection/connection.js';
import type { DatabaseOptions } from '../connection/database-options.js';
import { Deadline } from '../connection/deadline.js';
import type { SettledOptions } from '../connection/settled-options.js';
import { recordedMigrations } from './apply-migrations.js';
import { checkServer } from './check-server.js';
import { shippedMigrations } from './migration-files.js';
import { PostgresSchemaError } from './postgres-schema-error.js';
import { pendingMigrations } from './recorded-migrations.js';
import { withConnection } from './with-connection.js';

/** What a database is like that the store could be opened on. */
export interface Examination {
  /** As the server says it, e.g. `18.4`. */
  readonly serverVersion: string;
  /** Migrations that the schema lacks; all of them if it is not there. */
  readonly pending: number;
  /**
   * Milliseconds that the database's clock is ahead of this process's, give or take half of `roundTripMs`. Nothing is judged
   * by the latter (S15); a large one only makes instants that people compare by hand hard to read.
   */
  readonly clockOffsetMs: number;
  readonly roundTripMs: number;
}

/**
 * Looks at a database before it is used, and changes nothing.
 *
 * Rejects with `PostgresSchemaError` if the store could not be opened on it: the server is too old, keeps text that is not
 * UTF-8 or is a standby, a newer version broke the schema, or the role lacks a right. With `StoreUnavailableError` if it
 * cannot be reached. Throws a `TypeError` that names the option which is wrong.
 */
export async function examine(options: DatabaseOptions): Promise<Examination> {
  return withConnection(options, {}, (lane, settled) =>
    lane.use(new Deadline(settled.clock, settled.callTimeoutMs), async (connection) => {
      const { name, quoted } = settled.schema;
      const serverVersion = await checkServer(connection);
      await checkPrimary(connection, settled);
      const rights = await rightsOf(connection, name);
      // First what it takes to read the schema at all.
      checkRights(rights, settled, false);
      const recorded = await connection.transaction(() => recordedMigrations(connection, quoted));
      const pending = pendingMigrations(shippedMigrations(), recorded, name).length;
      checkRights(rights, settled, pending > 0);
      return { serverVersion, pending, ...(await compareClocks(connection, settled)) };
    }),
  );
}

async function checkPrimary(connection: Connection, { target }: SettledOptions): Promise<void> {
  const [row] = (await connection.query('select pg_is_in_recovery() as standby', [])) as [
    { readonly standby: boolean },
  ];
  if (!row.standby) return;
  throw new PostgresSchemaError(
    `PostgreSQL at ${target.name} is a standby, which cannot be written: give the URL of the primary`,
  );
}

interface Rights {
  readonly role: string;
  readonly there: boolean;
  readonly make: boolean;
  readonly create: boolean;
  readonly use: boolean;
}

async function rightsOf(connection: Connection, schema: string): Promise<Rights> {
  const [row] = (await connection.query(
    `select current_user::text as role, n.oid is not null as there,
       has_database_privilege(current_database(), 'create') as make,
       coalesce(has_schema_privilege(n.oid, 'create'), false) as create,
       coalesce(has_schema_privilege(n.oid, 'usage'), false) as use
     from (select to_regnamespace(quote_ident($1::text))::oid as oid) n`,
    [schema],
  )) as [Rights];
  return row;
}

function checkRights(rights: Rights, { schema, target }: SettledOptions, lacking: boolean): void {
  const lack = lackingRight(rights, schema.name, lacking);
  if (lack === undefined) return;
  throw new PostgresSchemaError(
    `role ${rights.role} at ${target.name} lacks the right to ${lack.what}: ${lack.grant}, or run "lease-server migrate" as a role that may`,
  );
}

function lackingRight({ role, there, make, create, use }: Rights, schema: string, lacking: boolean) {
  const name = `"${schema.replaceAll('"', '""')}"`;
  const to = `"${role.replaceAll('"', '""')}"`;
  if (!there) {
    return make
      ? undefined
      : {
          what: `make schema ${schema}`,
          grant: `as an owner of the database, create schema ${name} authorization ${to}`,
        };
  }
  if (!use) return { what: `use schema ${schema}`, grant: `grant usage on schema ${name} to ${to}` };
  if (lacking && !create) {
    return { what: `make tables in schema ${schema}`, grant: `grant create on schema ${name} to ${to}` };
  }
  return undefined;
}

async function compareClocks(
  connection: Connection,
  { clock }: SettledOptions,
): Promise<Pick<Examination, 'clockOffsetMs' | 'roundTripMs'>> {
  const askedMs = clock.monotonicMs();
  const [row] = (await connection.query(
    'select (extract(epoch from clock_timestamp()) * 1000)::float8 as ms',
    [],
  )) as [{ readonly ms: number }];
  const roundTripMs = clock.monotonicMs() - askedMs;
  return { clockOffsetMs: row.ms - (clock.wallMs() - roundTripMs / 2), roundTripMs };
}
