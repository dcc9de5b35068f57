export { freshSchema, sharedPostgres, sqlClient, startPostgres } from './shared.js';
export { RunningPostgres } from './running-postgres.js';
