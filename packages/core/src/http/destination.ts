import type { CleanupTarget } from '../cleanup/cleanup-spec.js';
import { hostOf, type Host } from './host.js';

/** Where a cleanup would connect to, as it is written. */
export interface Destination {
  readonly host: Host;
  readonly port: number;
}

/** The destination, or what is wrong with the target. */
export function destinationOf(target: Exclude<CleanupTarget, { kind: 'handler' }>): Destination | string {
  return target.kind === 'http' ? ofUrl(target.url) : ofGrpcAddress(target.address);
}

function ofUrl(text: string): Destination | string {
  if (!URL.canParse(text)) return 'is no URL';
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return 'is no http: or https: URL';
  if (url.username !== '' || url.password !== '') return 'holds credentials, which belong in a header';
  const host = hostOf(url.hostname);
  if (!host) return 'names no valid host';
  return { host, port: url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port) };
}

/** Prefixes that gRPC takes for the name of a resolver instead of a host. */
const GRPC_RESOLVERS = new Set([
  'dns',
  'http',
  'https',
  'ipv4',
  'ipv6',
  'passthrough',
  'unix',
  'unix-abstract',
  'xds',
]);

function ofGrpcAddress(address: string): Destination | string {
  const parts = /^(\[[0-9a-f:.]+\]|[^[\]:/\\?#@%\s]+):(\d{1,5})$/i.exec(address);
  const url = `http://${address}`;
  if (!parts?.[1] || !URL.canParse(url)) return 'is no host:port';
  const port = Number(parts[2]);
  if (GRPC_RESOLVERS.has(parts[1].toLowerCase()) || port === 0) return 'is no host:port';
  const host = hostOf(new URL(url).hostname);
  return host ? { host, port } : 'names no valid host';
}
