import type { Migration } from './migration-files.js';
import { PostgresSchemaError } from './postgres-schema-error.js';

/** What the schema says about a migration that it has. */
export type RecordedMigration = Omit<Migration, 'text'>;

/**
 * The migrations that the schema lacks. It may have some that are newer than this package, as long as none of them
 * breaks it. Throws a `PostgresSchemaError` otherwise.
 */
export function pendingMigrations(
  shipped: readonly Migration[],
  recorded: readonly RecordedMigration[],
  schema: string,
): readonly Migration[] {
  const known = new Map(shipped.map((migration) => [migration.version, migration]));
  for (const { version, name, breaking } of recorded) {
    const same = known.get(version);
    if (same && same.name !== name) {
      throw new PostgresSchemaError(
        `schema ${schema} has migration ${version} "${name}", which is "${same.name}" here: ` +
          'it belongs to another application; choose another schema name',
      );
    }
    if (!same && breaking) {
      throw new PostgresSchemaError(
        `schema ${schema} was upgraded by a newer version of Lease (migration ${version} "${name}"), ` +
          'which this version cannot work with: run the newer one',
      );
    }
  }
  const has = new Set(recorded.map(({ version }) => version));
  return shipped.filter(({ version }) => !has.has(version));
}
