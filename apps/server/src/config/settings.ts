import { databaseUrl, databaseUrlFile, schemaName } from './database-kinds.js';
import {
  choice,
  count,
  directory,
  duration,
  egressEntries,
  flag,
  type Kind,
  listenAddress,
  share,
} from './kinds.js';

export interface Setting<T> {
  readonly kind: Kind<T>;
  /** In the form in which it would be given. */
  readonly default: string;
  readonly doc: string;
}

/**
 * Every setting of the server. Its name makes the flag (`minTtlMs`: `--min-ttl`; a unit at the end is left out) and the
 * variable (`LEASE_MIN_TTL`).
 */
export const SETTINGS = {
  grpcListen: setting(listenAddress, '127.0.0.1:50051', 'where gRPC is served; port 0: any that is free'),
  httpListen: setting(
    listenAddress,
    '127.0.0.1:9090',
    'where /metrics, /alerts, /healthz and /readyz are served',
  ),
  insecureListen: setting(flag, 'false', 'serve in plain text to other machines; needed off loopback'),
  storage: setting(
    choice('sqlite', 'memory', 'postgres'),
    'sqlite',
    'sqlite: durable, in --data-dir; postgres: any number of servers over one database; memory: gone when the server stops',
  ),
  dataDir: setting(directory, './lease-data', 'the directory of the sqlite store, made if it is not there'),
  databaseUrl: setting(
    databaseUrl,
    '',
    'the PostgreSQL database, postgres://user:password@host:5432/name; better in a file or in the environment, since flags can be seen by other users',
  ),
  databaseUrlFile: setting(databaseUrlFile, '', 'a file that holds the URL of the database and nothing else'),
  databaseSchema: setting(schemaName, 'lease', 'the schema in that database, made if it is not there'),
  databaseConnections: setting(count(4, 1_000), '16', 'connections to the database, at most'),
  minTtlMs: setting(duration('10ms', '87600h'), '1s', 'the shortest TTL that may be asked for'),
  maxTtlMs: setting(duration('10ms', '87600h'), '24h', 'the longest TTL that may be asked for'),
  defaultTtlMs: setting(duration('10ms', '87600h'), '5m', 'the TTL of a lease whose creator asks for none'),
  graceMs: setting(
    duration('0ms', '1h'),
    '5s',
    'how long after its TTL a lease can still be renewed before it ends',
  ),
  maxLeasesPerService: setting(count(1, 1_000_000_000), '10000', 'active leases that one service may have'),
  allowCleanupTarget: setting(
    egressEntries,
    '',
    'what cleanups may call besides loopback (which they may if every listener is there); may be repeated',
  ),
  holdCleanups: setting(
    flag,
    'false',
    'serve leases only: this server neither ends leases nor runs cleanups',
  ),
  sweepIntervalMs: setting(
    duration('1ms', '500ms'),
    '100ms',
    'the longest pause between two looks for overdue leases',
  ),
  maxConcurrentCleanups: setting(count(1, 10_000), '64', 'cleanups that are attempted at once'),
  claimTtlMs: setting(
    duration('32001ms', '1h'),
    '40s',
    'after so long a cleanup whose server died is taken over; above the longest attempt (30s) + 2s',
  ),
  brakeShare: setting(
    share,
    '0.25',
    'when more than this share of renewed leases is lost in a minute, expiry pauses; 1: never',
  ),
  retainEndedMs: setting(duration('1h', '87600h'), '24h', 'how long ended leases can still be looked up'),
  alertOldestDueMs: setting(
    duration('1s', '24h'),
    '60s',
    'a cleanup that waits for its attempt for longer raises an alert',
  ),
  drainLimitMs: setting(
    duration('1s', '1h'),
    '25s',
    'how long a stop may take; then what is left is cut off',
  ),
} as const;

export type SettingName = keyof typeof SETTINGS;

/** A value for each setting. Durations are in milliseconds. */
export type Config = {
  readonly [Name in SettingName]: (typeof SETTINGS)[Name] extends Setting<infer Value> ? Value : never;
};

export const SETTING_NAMES = Object.keys(SETTINGS) as SettingName[];

/** Those that say which database it is, and all that `lease-server migrate` needs. */
export const DATABASE_SETTING_NAMES = ['databaseUrl', 'databaseUrlFile', 'databaseSchema'] as const;

/** `minTtlMs`: `min-ttl`. */
export function flagName(name: SettingName): string {
  return name.replace(/Ms$/, '').replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** `minTtlMs`: `LEASE_MIN_TTL`. */
export function variableName(name: SettingName): string {
  return `LEASE_${flagName(name).replaceAll('-', '_').toUpperCase()}`;
}

function setting<T>(kind: Kind<T>, fallback: string, doc: string): Setting<T> {
  return { kind, default: fallback, doc };
}
