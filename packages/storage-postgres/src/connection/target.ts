import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { createSecureContext, type ConnectionOptions } from 'node:tls';

/** Where to connect, as whom, and how the server has to prove itself. */
export interface Target {
  /** `host:port/database`: what messages say, which never name user or password. */
  readonly name: string;
  readonly address: { readonly host: string; readonly port: number } | { readonly path: string };
  readonly user: string;
  readonly password: string;
  readonly database: string;
  readonly applicationName: string;
  /** Unset: no TLS. */
  readonly tls?: ConnectionOptions;
}

const DEFAULT_PORT = 5_432;
const MAX_ECHO_CHARS = 64;
const PARAMETERS = new Set(['host', 'sslmode', 'sslrootcert', 'application_name']);

/** Reads a database URL. Throws a `TypeError` that names what is wrong, and quotes neither user nor password. */
export function parseTarget(text: string): Target {
  const url = parse(text);
  const database = decode('database', url.pathname.slice(1));
  const user = decode('user', url.username);
  if (user === '') throw new TypeError('url must name a user: postgres://user@host/database');
  for (const parameter of url.searchParams.keys()) {
    if (PARAMETERS.has(parameter)) continue;
    throw new TypeError(`url has a parameter that is unknown here: ${echo(parameter)}`);
  }
  const directory = url.searchParams.get('host');
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = url.port === '' ? DEFAULT_PORT : Number(url.port);
  if (host === '') throw new TypeError('url must name a host: postgres://user@host/database');
  if (directory !== null && !directory.startsWith('/')) {
    throw new TypeError('url: the parameter host must be the directory of a Unix socket');
  }
  const path = directory === null ? undefined : `${directory.replace(/\/$/, '')}/.s.PGSQL.${port}`;
  const tls = path === undefined ? tlsFor(host, url.searchParams) : undefined;
  return {
    name: `${path ?? url.host}/${database || user}`,
    address: path === undefined ? { host, port } : { path },
    user,
    password: decode('password', url.password),
    database: database || user,
    applicationName: url.searchParams.get('application_name') ?? 'lease',
    ...(tls && { tls }),
  };
}

/**
 * What messages may call a database: `host:port/database`, without user and password. Throws a `TypeError` that says what is
 * wrong with the URL, and quotes neither of them.
 */
export function databaseName(url: string): string {
  return parseTarget(url).name;
}

function parse(text: string): URL {
  // The parser's own error quotes the whole URL.
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && (url.protocol === 'postgres:' || url.protocol === 'postgresql:')) return url;
  throw new TypeError('url must be a URL of the form postgres://user:password@host:port/database');
}

/** Somebody else's text, as a message may quote it: cut, and without control characters. */
function echo(text: string): string {
  return JSON.stringify(text.length > MAX_ECHO_CHARS ? `${text.slice(0, MAX_ECHO_CHARS)}...` : text);
}

function decode(field: string, text: string): string {
  try {
    const decoded = decodeURIComponent(text);
    if (!decoded.includes('\0')) return decoded;
  } catch (error) {
    // Its message says no more than ours, and there is no secret in ours.
    if (!(error instanceof URIError)) throw error;
  }
  throw new TypeError(`url: the ${field} is not percent-encoded correctly`);
}

function tlsFor(host: string, parameters: URLSearchParams): ConnectionOptions | undefined {
  const mode = parameters.get('sslmode') ?? (isLoopback(host) ? 'disable' : 'verify-full');
  const verified = () => ({ host, ...serverName(host), ...authority(parameters.get('sslrootcert')) });
  switch (mode) {
    case 'disable':
      return undefined;
    case 'no-verify':
      return { host, ...serverName(host), rejectUnauthorized: false };
    case 'verify-ca':
      return { ...verified(), checkServerIdentity: () => undefined };
    // libpq's `require` verifies nothing. Nobody gets less than what the word promises.
    case 'require':
    case 'verify-full':
      return verified();
    default:
      throw new TypeError(
        `url: sslmode ${echo(mode)} does not say what is wanted; use verify-full, verify-ca, no-verify or disable`,
      );
  }
}

/** Addresses are no names for the handshake; their certificates are checked against `host` all the same. */
const serverName = (host: string) => (isIP(host) ? {} : { servername: host });

function authority(file: string | null): ConnectionOptions {
  if (file === null) return {};
  try {
    // Here, where the file can be named, and not in the middle of a handshake.
    return { secureContext: createSecureContext({ ca: readFileSync(file) }) };
  } catch (cause) {
    throw new TypeError(`url: sslrootcert ${echo(file)} cannot be used: ${(cause as Error).message}`, {
      cause,
    });
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
