import { formatDuration } from './duration.js';
import { formatListenAddress, isLoopback, type ListenAddress, overlap } from './listen-address.js';
import type { Config } from './settings.js';

/** What is wrong with settings that are each right alone. Settings that are wrong themselves are left out. */
export function contradictions(config: Partial<Config>): string[] {
  const { minTtlMs, maxTtlMs, defaultTtlMs, insecureListen } = config;
  const listeners = listenersOf(config);
  return [
    ...above('--min-ttl', minTtlMs, '--max-ttl', maxTtlMs),
    ...above('--min-ttl', minTtlMs, '--default-ttl', defaultTtlMs),
    ...above('--default-ttl', defaultTtlMs, '--max-ttl', maxTtlMs),
    ...database(config),
    ...listeners.flatMap((listener, i) =>
      listeners.slice(i + 1).flatMap((other) => samePort(listener, other)),
    ),
    ...(insecureListen === false ? listeners.flatMap(exposed) : []),
  ];
}

/** Whoever names a database and forgets `--storage postgres` would be served from a file. */
function database({ storage, databaseUrl, databaseUrlFile }: Partial<Config>): string[] {
  // A setting that is wrong itself is missing here; one that was not given is the empty text.
  if (storage === undefined || databaseUrl === undefined || databaseUrlFile === undefined) return [];
  const given = [databaseUrl !== '' && '--database-url', databaseUrlFile !== '' && '--database-url-file'];
  const names = given.filter((name) => name !== false);
  if (names.length === 2) return ['--database-url and --database-url-file are both given: one is enough'];
  if (storage === 'postgres')
    return names.length === 0 ? ['--storage postgres needs --database-url or --database-url-file'] : [];
  return names.map((name) => `${name} is for --storage postgres, but --storage is ${storage}`);
}

function above(
  lower: string,
  lowerMs: number | undefined,
  upper: string,
  upperMs: number | undefined,
): string[] {
  if (lowerMs === undefined || upperMs === undefined || lowerMs <= upperMs) return [];
  return [`${lower} (${formatDuration(lowerMs)}) is above ${upper} (${formatDuration(upperMs)})`];
}

interface Listener {
  readonly flag: string;
  readonly address: ListenAddress;
}

/** Those that are given, and right. */
function listenersOf({ grpcListen, adminListen, httpListen }: Partial<Config>): readonly Listener[] {
  const addresses = {
    '--grpc-listen': grpcListen,
    '--admin-listen': adminListen,
    '--http-listen': httpListen,
  };
  return Object.entries(addresses).flatMap(([flag, address]) =>
    address === undefined ? [] : [{ flag, address }],
  );
}

function samePort(a: Listener, b: Listener): string[] {
  if (!overlap(a.address, b.address)) return [];
  return [`${described(a)} and ${described(b)} need the same port`];
}

function described({ flag, address }: Listener): string {
  return `${flag} (${formatListenAddress(address)})`;
}

function exposed({ flag, address }: Listener): string[] {
  if (isLoopback(address)) return [];
  const where = formatListenAddress(address);
  return [`${flag}: ${where} is not on loopback, where only --insecure-listen serves plain text`];
}
