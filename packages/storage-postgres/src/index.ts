export type { DatabaseOptions as PostgresOptions } from './connection/database-options.js';
export { databaseName } from './connection/target.js';
export { examine, type Examination } from './migrate/examine.js';
export { migrate } from './migrate/migrate.js';
export { PostgresSchemaError } from './migrate/postgres-schema-error.js';
export { PostgresStore } from './postgres-store.js';
