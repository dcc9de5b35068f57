import { constants } from 'node:os';
import { PostgresSchemaError } from '@lease/storage-postgres';
import { SqliteFileInUseError, SqliteSchemaError } from '@lease/storage-sqlite';
import type { Logger } from 'pino';
import type { Config } from './config/settings.js';
import { EXIT } from './exit-code.js';
import { createLog } from './log.js';
import { type LeaseServer, startLeaseServer } from './lease-server.js';

/** Runs the server as this process: ends it on a signal, or when something goes wrong. */
export async function runServer(config: Config): Promise<undefined> {
  const log = createLog();
  // The store holds callback headers, which are secrets, and the directory may be older than we are.
  process.umask(0o077);
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => {
      log.fatal({ err: error }, event);
      process.exit(EXIT.software);
    });
  }
  let stopping = false;
  let server: LeaseServer | undefined;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      // The second one is from somebody who does not want to wait; before there is a server, there is nothing to drain.
      if (stopping || server === undefined) process.exit(128 + constants.signals[signal]);
      stopping = true;
      void stop(server, config.drainLimitMs, log);
    });
  }
  try {
    server = await startLeaseServer(config, log);
  } catch (error) {
    process.exit(explain(error, log));
  }
  log.info({ grpc: server.grpc, http: server.http, storage: config.storage }, 'serving');
  process.stdout.write(`${JSON.stringify({ msg: 'ready', grpc: server.grpc, http: server.http })}\n`);
}

async function stop(server: LeaseServer, limitMs: number, log: Logger): Promise<void> {
  log.info({ limitMs }, 'stopping');
  setTimeout(() => {
    // What was acknowledged is in the store, and what was claimed runs out there.
    log.warn('the drain limit is reached: what is left is cut off');
    process.exit(EXIT.ok);
  }, limitMs).unref();
  await server.stop(limitMs);
  log.info('stopped');
  process.exit(EXIT.ok);
}

/** Says why it cannot be done, and returns what to exit with. */
export function explain(error: unknown, log: Logger, what = 'start'): number {
  const message = `cannot ${what}: ${error instanceof Error ? error.message : String(error)}`;
  // Where in the program the machine said no is of no interest; for a fault of ours it is.
  // Under the name that Prometheus gives to a server that is gone: this one will not be there to say it.
  const alert = what === 'start' ? { alert: 'LeaseServerDown', severity: 'critical', state: 'firing' } : {};
  log.fatal(isFaultOfOurs(error) ? { ...alert, err: error } : alert, message);
  if (isFaultOfOurs(error)) return EXIT.software;
  if (error instanceof SqliteSchemaError || error instanceof PostgresSchemaError) return EXIT.storeVersion;
  return error instanceof SqliteFileInUseError ? EXIT.inUse : EXIT.unavailable;
}

function isFaultOfOurs(error: unknown): boolean {
  const isBug = error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError;
  // What the store did not make a StoreUnavailableError of: a statement of ours that the database refuses.
  return isBug || (error instanceof Error && error.name === 'PostgresError');
}
