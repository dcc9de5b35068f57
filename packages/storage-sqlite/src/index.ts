export { SqliteFileInUseError, SqliteOpenError, SqliteSchemaError } from './open-database.js';
export { SqliteStore, type SqliteStoreOptions } from './sqlite-store.js';
