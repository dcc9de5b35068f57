import { resolve } from 'node:path';
import Libsql, { type Database } from 'libsql';
import { LATER_INDEXES, SCHEMA, SCHEMA_VERSION } from './schema.js';

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

/** The file was written by a newer version of this package, or by somebody else. */
export class SqliteSchemaError extends Error {
  override readonly name = 'SqliteSchemaError';
}

/** The file cannot be read or written: no such directory, no permission, no room, or no database. */
export class SqliteOpenError extends Error {
  override readonly name = 'SqliteOpenError';
}

/** Opens the file for this process alone, makes the tables if it is new, and asserts that commits are durable. */
export function openDatabase(path: string): Database {
  let database: Database | undefined;
  try {
    // Absolute, so that it is a file: libsql would connect to `http://host` and keep `:memory:` nowhere.
    database = new Libsql(resolve(path), { timeout: 0 });
    lock(database, path);
    migrate(database, path);
    database.exec(LATER_INDEXES);
    return database;
  } catch (error) {
    if (database !== undefined) closeDatabase(database);
    throw withPath(error, path);
  }
}

/**
 * Closes the file and gives the lock back. Closing alone would not: prepared statements keep the connection until they
 * are garbage. Leaving the write-ahead log also folds it into the one file that remains.
 */
export function closeDatabase(database: Database): void {
  try {
    if (database.inTransaction) database.exec('rollback');
    database.pragma('journal_mode = DELETE');
    database.pragma('locking_mode = NORMAL');
    database.prepare('select 1 from sqlite_schema').all();
  } catch (error) {
    // On a full disk, say. What was committed is in the log and stays there until the next opening folds it in.
    if (!isSqliteError(error)) throw error;
  } finally {
    database.close();
  }
}

/** Whether SQLite said it, rather than a bug of ours. */
export function isSqliteError(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_');
}

/** SQLite's messages name no file; libsql's name it, with a number for a reason. */
function withPath(error: unknown, path: string): unknown {
  if (error instanceof SqliteFileInUseError || error instanceof SqliteSchemaError) return error;
  const reason = isSqliteError(error)
    ? error.message
    : 'its directory is not there, or this user may not write it, or it is no file';
  return new SqliteOpenError(`${path} cannot be opened: ${reason}`, { cause: error });
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
    if (isSqliteError(error) && error.code.startsWith('SQLITE_BUSY')) {
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
  if (database.prepare('select 1 from sqlite_schema').get() !== undefined) {
    throw new SqliteSchemaError(`${path} is another program's database: give this one a file of its own`);
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
