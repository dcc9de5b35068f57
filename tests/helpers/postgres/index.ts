export { postgresVersion } from './binaries.js';
export { freshSchema, sharedPostgres, sqlClient, startPostgres } from './shared.js';
export { RunningPostgres, type PostgresOptions } from './running-postgres.js';
