import type { GrpcTarget, HttpTarget } from '../cleanup/cleanup-spec.js';
import type { TargetPolicy } from '../service/target-policy.js';
import { addressKind, isLoopbackName, isMetadataName } from './address-kind.js';
import { AllowList } from './allow-list.js';
import { hostOf, type Address, type Host } from './host.js';

export interface EgressGuardOptions {
  /** Whether loopback may be called. True only while nobody but this machine can ask for it: every listener is loopback. */
  readonly allowLoopback: boolean;
  /**
   * What else may be called: names, `.suffix` (names below it), addresses, CIDR networks, `public`. Default: nothing.
   * No entry opens loopback. Metadata, multicast and unspecified addresses open to their own entry only.
   */
  readonly allow?: readonly string[];
  /**
   * Ports that this process listens on: on loopback they are never called. Read at each verdict, so that ports may be added
   * when they are bound. Default: none.
   */
  readonly ownPorts?: ReadonlySet<number>;
}

/**
 * Says what a cleanup may call. Egress is denied unless allowed, since whoever may create a lease chooses what this
 * process connects to. Judges what is written; the addresses of a name that is allowed are not looked at.
 *
 * @throws RangeError naming the first `allow` entry that is invalid.
 */
export function egressGuard(options: EgressGuardOptions): TargetPolicy {
  const { allowLoopback, allow = [], ownPorts = new Set() } = options;
  const list = new AllowList(allow);
  return (target) => {
    if (target.kind === 'handler') return undefined;
    const host = target.kind === 'http' ? hostOfUrl(target.url) : hostOfGrpcAddress(target.address);
    if (typeof host === 'string') return host;
    if (isLoopback(host) && ownPorts.has(portOf(target))) return OWN;
    return host.kind === 'name'
      ? objectionToName(host.name, allowLoopback, list)
      : objectionToAddress(host.address, allowLoopback, list);
  };
}

const OWN = 'is this server itself';
const LOOPBACK = 'is on loopback, which may be called only while every listener is on loopback';
const GUARDED = 'is a metadata, multicast or unspecified address, which no allow entry names';
const PRIVATE = 'is a private or reserved address, which no allow entry covers';
const PUBLIC = 'is not allowed: neither "public" nor another allow entry covers it';

function isLoopback(host: Host): boolean {
  return host.kind === 'name' ? isLoopbackName(host.name) : addressKind(host.address) === 'loopback';
}

function portOf(target: HttpTarget | GrpcTarget): number {
  if (target.kind === 'grpc') return Number(target.address.slice(target.address.lastIndexOf(':') + 1));
  const { port, protocol } = new URL(target.url);
  return port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
}

function objectionToName(name: string, allowLoopback: boolean, list: AllowList): string | undefined {
  if (isLoopbackName(name)) return allowLoopback ? undefined : LOOPBACK;
  if (isMetadataName(name)) return list.names(name) ? undefined : GUARDED;
  return list.public || list.coversName(name) ? undefined : PUBLIC;
}

function objectionToAddress(address: Address, allowLoopback: boolean, list: AllowList): string | undefined {
  switch (addressKind(address)) {
    case 'loopback':
      return allowLoopback ? undefined : LOOPBACK;
    case 'guarded':
      return list.lists(address) ? undefined : GUARDED;
    case 'private':
      return list.coversAddress(address) ? undefined : PRIVATE;
    case 'public':
      return list.public || list.coversAddress(address) ? undefined : PUBLIC;
  }
}

/** The host, or what is wrong with the URL. */
function hostOfUrl(text: string): Host | string {
  if (!URL.canParse(text)) return 'is no URL';
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return 'is no http: or https: URL';
  if (url.username !== '' || url.password !== '') return 'holds credentials, which belong in a header';
  return hostOf(url.hostname) ?? 'names no valid host';
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

/** The host, or what is wrong with the address. */
function hostOfGrpcAddress(address: string): Host | string {
  const parts = /^(\[[0-9a-f:.]+\]|[^[\]:/\\?#@%\s]+):(\d{1,5})$/i.exec(address);
  const url = `http://${address}`;
  if (!parts?.[1] || !URL.canParse(url)) return 'is no host:port';
  if (GRPC_RESOLVERS.has(parts[1].toLowerCase()) || Number(parts[2]) === 0) return 'is no host:port';
  return hostOf(new URL(url).hostname) ?? 'names no valid host';
}
