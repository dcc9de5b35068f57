import { constants } from 'node:os';
import { PostgresSchemaError } from '@lease/storage-postgres';
import { SqliteFileInUseError, SqliteSchemaError } from '@lease/storage-sqlite';
import type { Logger } from 'pino';
import type { Config } from './config/settings.js';
import { EXIT } from './exit-code.js';
import { configuredLog } from './logging/create-log.js';
import { type LeaseServer, startLeaseServer } from './lease-server.js';
import { type Phase, PhaseError } from './start-up/start-up.js';

/**
 * Runs the server as this process: ends it on a signal, or when something goes wrong.
 *
 * @param warnings what is risky about the configuration; each is logged once the server serves, where it is seen
 */
export async function runServer(config: Config, warnings: readonly string[]): Promise<undefined> {
  const log = configuredLog(config);
  // The store holds callback headers, which are secrets, and the directory may be older than we are.
  process.umask(0o077);
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => {
      try {
        log.fatal({ err: error }, event);
      } finally {
        process.exit(EXIT.software);
      }
    });
  }
  let server: LeaseServer | undefined;
  let signals = 0;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      signals += 1;
      // Before there is a server, there is nothing to drain; who asks a third time wants no more of it.
      if (server === undefined || signals > 2) process.exit(128 + constants.signals[signal]);
      if (signals === 1) void stop(server, config.drainLimitMs, log);
      else {
        log.warn('a second signal: what can be cut short is cut short');
        server.hurry();
      }
    });
  }
  try {
    server = await startLeaseServer(config, log);
  } catch (error) {
    process.exit(explain(error, log));
  }
  const { grpc, http, admin } = server;
  log.info({ grpc, http, admin, storage: config.storage }, 'serving');
  for (const warning of warnings) log.warn(`configuration: ${warning}`);
  // Where the admin service is not served, its key is missing.
  process.stdout.write(`${JSON.stringify({ msg: 'ready', grpc, http, admin })}\n`);
}

async function stop(server: LeaseServer, limitMs: number, log: Logger): Promise<void> {
  log.info({ limitMs }, 'stopping');
  const { clean, durationMs, components } = await server.stop();
  const statistics = {
    clean,
    durationMs: Math.round(durationMs),
    components: components.map(({ name, outcome, durationMs: tookMs }) => ({
      name,
      outcome,
      durationMs: tookMs,
    })),
  };
  // What was acknowledged is in the store, and what was claimed runs out there: a stop that was cut short is none the worse.
  if (clean) log.info(statistics, 'stopped');
  else log.warn(statistics, 'stopped');
  process.exit(EXIT.ok);
}

/** Says why it cannot be done, and returns what to exit with. */
export function explain(error: unknown, log: Logger, what = 'start'): number {
  const phase = error instanceof PhaseError ? error.phase : undefined;
  const cause = error instanceof PhaseError ? error.cause : error;
  const message = `cannot ${what}: ${cause instanceof Error ? cause.message : String(cause)}`;
  const line = {
    // Under the name that Prometheus gives to a server that is gone: this one will not be there to say it.
    ...(what === 'start' && { alert: 'LeaseServerDown', severity: 'critical', state: 'firing' }),
    ...(phase !== undefined && { phase }),
  };
  if (isFaultOfOurs(cause)) {
    // Where in the program the machine said no is of no interest; for a fault of ours it is.
    log.fatal({ ...line, err: cause }, message);
    return EXIT.software;
  }
  log.fatal(line, message);
  if (cause instanceof SqliteSchemaError || cause instanceof PostgresSchemaError) return EXIT.storeVersion;
  if (cause instanceof SqliteFileInUseError) return EXIT.inUse;
  return phase === undefined ? EXIT.unavailable : PHASE_EXITS[phase];
}

/** What a start ends with that fails in this phase, unless the error has a code of its own. */
const PHASE_EXITS: Readonly<Record<Phase, number>> = {
  configuration: EXIT.config,
  dependencies: EXIT.unavailable,
  migrations: EXIT.storeVersion,
  recovery: EXIT.recovery,
  listeners: EXIT.listeners,
  ready: EXIT.software,
};

function isFaultOfOurs(error: unknown): boolean {
  const isBug = error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError;
  // What the store did not make a StoreUnavailableError of: a statement of ours that the database refuses.
  return isBug || (error instanceof Error && error.name === 'PostgresError');
}
