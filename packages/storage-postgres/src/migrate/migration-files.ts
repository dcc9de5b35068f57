import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** One step of the schema. */
export interface Migration {
  /** Its number, by which they are ordered. */
  readonly version: number;
  readonly name: string;
  /** Whether binaries that do not know it must not run on a schema that has it. */
  readonly breaking: boolean;
  /** Statements in which `"$schema"` stands for the schema. */
  readonly text: string;
}

/** The migrations that this package ships, in their order. */
export function shippedMigrations(): readonly Migration[] {
  return readMigrations(fileURLToPath(folder()));
}

/** Reads `0001-name.sql` and so on. Throws if two have the same number, or a file does not say whether it breaks. */
export function readMigrations(directory: string): readonly Migration[] {
  const files = readdirSync(directory).filter((file) => file.endsWith('.sql'));
  const migrations = files.sort().map((file) => readMigration(directory, file));
  for (const [index, { version, name }] of migrations.entries()) {
    const before = migrations[index - 1];
    if (before?.version === version)
      throw new Error(`migration ${version} is both ${before.name} and ${name}`);
  }
  return migrations;
}

function readMigration(directory: string, file: string): Migration {
  const [, number, name = ''] = /^(\d{4})-([a-z0-9-]+)\.sql$/.exec(file) ?? [];
  if (number === undefined) throw new Error(`${file} must be named as 0001-name.sql is`);
  const text = readFileSync(`${directory}/${file}`, 'utf8');
  const breaking = /^-- breaking: (true|false)\n/.exec(text)?.[1];
  if (breaking === undefined) throw new Error(`${file} must begin with "-- breaking: true" or false`);
  return { version: Number(number), name, breaking: breaking === 'true', text };
}

/** The build lies one level deep, the sources lie two. */
function folder(): URL {
  const built = new URL('../migrations/', import.meta.url);
  return existsSync(built) ? built : new URL('../../migrations/', import.meta.url);
}
