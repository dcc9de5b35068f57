import type { Connection } from '../connection/connection.js';
import type { SettledOptions } from '../connection/settled-options.js';
import type { Migration } from './migration-files.js';
import { pendingMigrations, type RecordedMigration } from './recorded-migrations.js';

/**
 * Applies what the schema lacks, each migration in one transaction under one lock. Ours rather than drizzle's: that one
 * takes no lock (two of three concurrent first runs failed), cannot record what breaks, and its files name their schema.
 */
export async function applyMigrations(
  connection: Connection,
  { name, quoted }: SettledOptions['schema'],
  shipped: readonly Migration[],
): Promise<void> {
  const pending = async () => pendingMigrations(shipped, await recordedMigrations(connection, quoted), name);
  const applyNext = async (): Promise<boolean> => {
    // To the end of the transaction, not of the session: a pooler hands that to somebody else.
    await connection.run('select pg_advisory_xact_lock(hashtextextended($1::text, 0))', [`lease/${name}`]);
    const [next] = await pending();
    if (!next) return false;
    await makeJournal(connection, name, quoted);
    await connection.script(next.text.replaceAll('"$schema"', () => quoted));
    await connection.run(
      `insert into ${quoted}.migration (version, name, breaking) values ($1::int, $2::text, $3::boolean)`,
      [String(next.version), next.name, String(next.breaking)],
    );
    return true;
  };
  // A schema that lacks nothing is only read.
  if ((await connection.transaction(pending)).length === 0) return;
  while (await connection.transaction(applyNext));
}

/** What was applied to the schema; nothing if it is not there. */
export async function recordedMigrations(
  connection: Connection,
  quoted: string,
): Promise<readonly RecordedMigration[]> {
  const [journal] = await connection.run('select 1 from pg_class where oid = to_regclass($1::text)', [
    `${quoted}.migration`,
  ]);
  if (!journal) return [];
  const rows = await connection.run(
    `select version, name, breaking from ${quoted}.migration order by version`,
    [],
  );
  return rows as readonly RecordedMigration[];
}

async function makeJournal(connection: Connection, name: string, quoted: string): Promise<void> {
  // Whoever made it for us may have kept the right to create schemas, which `if not exists` would ask for all the same.
  const [schema] = await connection.run('select 1 from pg_namespace where nspname = $1::text', [name]);
  if (!schema) await connection.script(`create schema ${quoted}`);
  await connection.script(`
    create table if not exists ${quoted}.migration (
      version integer primary key,
      name text not null,
      breaking boolean not null,
      applied_at timestamptz not null default clock_timestamp()
    );
    comment on table ${quoted}.migration is 'What was done to this schema';
    comment on column ${quoted}.migration.breaking is 'Binaries that do not know this migration must not run on it'`);
}
