import { examine } from '@lease/storage-postgres';
import type { Logger } from 'pino';
import { listenersOf } from '../config/listeners.js';
import { type Config, flagName } from '../config/settings.js';
import { postgresOptions } from '../create-store.js';
import { checkDataDirectory } from './check-data-directory.js';
import { checkPort } from './check-port.js';

/** So far apart, people who compare our log with the database's are misled. Nothing is judged by our clock (S15). */
const CLOCKS_APART_MS = 1_000;

/** Finds out whether what the server needs is there, before anything is opened or changed. Rejects, saying what to do. */
export async function checkDependencies(config: Config, log: Logger): Promise<void> {
  for (const { name, address } of listenersOf(config)) await checkPort(`--${flagName(name)}`, address);
  if (config.storage === 'sqlite') {
    for (const warning of checkDataDirectory(config.dataDir)) log.warn(warning);
  }
  if (config.storage === 'postgres') await checkDatabase(config, log);
}

async function checkDatabase(config: Config, log: Logger): Promise<void> {
  const { serverVersion, pending, clockOffsetMs, roundTripMs } = await examine(postgresOptions(config));
  log.info(
    { serverVersion, pendingMigrations: pending, roundTripMs: Math.round(roundTripMs) },
    'database found',
  );
  if (Math.abs(clockOffsetMs) - roundTripMs / 2 <= CLOCKS_APART_MS) return;
  const direction = clockOffsetMs > 0 ? 'behind' : 'ahead of';
  log.warn(
    { clockOffsetMs: Math.round(clockOffsetMs) },
    `the clock of this machine is ${Math.abs(Math.round(clockOffsetMs / 1_000))} s ${direction} the database's, by which leases go: synchronise it`,
  );
}
