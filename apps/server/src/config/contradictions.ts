import { formatDuration } from './duration.js';
import { formatListenAddress, isLoopback, type ListenAddress, overlap } from './listen-address.js';
import type { Config } from './settings.js';

/** What is wrong with settings that are each right alone. Settings that are wrong themselves are left out. */
export function contradictions(config: Partial<Config>): string[] {
  const { minTtlMs, maxTtlMs, defaultTtlMs, grpcListen, httpListen, insecureListen } = config;
  return [
    ...above('--min-ttl', minTtlMs, '--max-ttl', maxTtlMs),
    ...above('--min-ttl', minTtlMs, '--default-ttl', defaultTtlMs),
    ...above('--default-ttl', defaultTtlMs, '--max-ttl', maxTtlMs),
    ...database(config),
    ...signing(config),
    ...samePort(grpcListen, httpListen),
    ...(insecureListen === false ? [...exposed('grpc', grpcListen), ...exposed('http', httpListen)] : []),
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

/** One of them would be forgotten at the next rotation. */
function signing({ signingSecrets = [], signingSecretsFile = [] }: Partial<Config>): string[] {
  if (signingSecrets.length === 0 || signingSecretsFile.length === 0) return [];
  return ['--signing-secrets and --signing-secrets-file are both given: one is enough'];
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

function samePort(grpc: ListenAddress | undefined, http: ListenAddress | undefined): string[] {
  if (grpc === undefined || http === undefined || !overlap(grpc, http)) return [];
  const [a, b] = [formatListenAddress(grpc), formatListenAddress(http)];
  return [`--grpc-listen (${a}) and --http-listen (${b}) need the same port`];
}

function exposed(protocol: string, address: ListenAddress | undefined): string[] {
  if (address === undefined || isLoopback(address)) return [];
  const where = formatListenAddress(address);
  return [
    `--${protocol}-listen: ${where} is not on loopback, where only --insecure-listen serves plain text`,
  ];
}
