import Libsql, { type Database } from 'libsql';
import { SCHEMA, SCHEMA_VERSION } from './schema.js';

/** Another process has the file open: one file has one owner. */
export class SqliteFileInUseError extends Error {
  override readonly name = 'SqliteFileInUseError';

  constructor(path: string, options?: ErrorOptions) {
    super(
      `${path} is in use by another process: stop the other lease-server, or give this one a data directory of its own`,
      options,
    );
  }
}

/** The file was written by a newer version of this package. */
export class SqliteSchemaError extends Error {
  override readonly name = 'SqliteSchemaError';
}

/** Opens the file for this process alone, makes the tables if it is new, and asserts that commits are durable. */
export function openDatabase(path: string): Database {
  const database = new Libsql(path, { timeout: 0 });
  try {
    lock(database, path);
  } catch (error) {
    database.close();
    throw error;
  }
  try {
    migrate(database, path);
    return database;
  } catch (error) {
    closeDatabase(database);
    throw error;
  }
}

/**
 * Closes the file and gives the lock back. Closing alone would not: prepared statements keep the connection until they
 * are garbage. Leaving the write-ahead log also folds it into the one file that remains.
 */
export function closeDatabase(database: Database): void {
  database.pragma('journal_mode = DELETE');
  database.pragma('locking_mode = NORMAL');
  database.prepare('select 1 from sqlite_schema').all();
  database.close();
}

/**
 * Exclusive locking is asked for before the first read, so that the lock is taken with it and held until the process
 * ends, also by kill -9: it is the operating system's.
 */
function lock(database: Database, path: string): void {
  try {
    database.pragma('locking_mode = EXCLUSIVE');
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = FULL');
    database.exec('begin immediate');
    database.exec('commit');
  } catch (error) {
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_BUSY')) {
      throw new SqliteFileInUseError(path, { cause: error });
    }
    throw error;
  }
  // A pragma that is not understood answers with nothing: what counts is what the live connection says (S11).
  expectPragma(database, 'journal_mode', 'wal');
  expectPragma(database, 'synchronous', 2);
  expectPragma(database, 'locking_mode', 'exclusive');
}

function migrate(database: Database, path: string): void {
  const version = readPragma(database, 'user_version');
  if (version === SCHEMA_VERSION) return;
  if (version !== 0) {
    throw new SqliteSchemaError(
      `${path} has schema version ${String(version)}, this version of @lease/storage-sqlite knows ${String(SCHEMA_VERSION)}: upgrade it`,
    );
  }
  database.exec(`begin immediate; ${SCHEMA} pragma user_version = ${String(SCHEMA_VERSION)}; commit;`);
}

function expectPragma(database: Database, name: string, expected: string | number): void {
  const actual = readPragma(database, name);
  if (actual !== expected) {
    throw new Error(
      `PRAGMA ${name} is ${String(actual)} on the live connection, it must be ${String(expected)}`,
    );
  }
}

function readPragma(database: Database, name: string): unknown {
  const row = database.prepare(`pragma ${name}`).raw().get() as [unknown] | undefined;
  return row?.[0];
}
