import type ipaddr from 'ipaddr.js';
import { embeddedAddresses, isWellKnownNat64 } from './embedded-address.js';
import type { Address } from './host.js';

/**
 * How an address is opened. `loopback`: by the loopback rule alone. `public`: by the word `public`, or an entry that
 * covers it. `private` (networks of one's own, and whatever is reserved): by an entry that covers it. `guarded`: by an
 * entry that is this very address, since a network that happens to contain it was hardly meant.
 */
export type AddressKind = 'loopback' | 'public' | 'private' | 'guarded';

/** Where clouds hand out credentials to whoever asks from the inside. Normalised. */
const METADATA_ADDRESSES = new Set([
  '169.254.169.254', // AWS, Azure, Google, Oracle and most others
  '169.254.170.2', // AWS, containers
  '169.254.170.23', // AWS, Kubernetes pods
  '169.254.0.23', // Tencent
  '169.254.42.42', // Scaleway
  '100.100.100.200', // Alibaba
  '168.63.129.16', // Azure, from within a public range
  '192.0.0.192', // Oracle, the older one
  'fd00:ec2:0:0:0:0:0:254', // AWS
  'fd00:ec2:0:0:0:0:0:23', // AWS, Kubernetes pods
  'fd20:ce:0:0:0:0:0:254', // Google
  'fd00:42:0:0:0:0:0:42', // Scaleway
]);

/** The names that lead there. */
const METADATA_NAMES = new Set([
  'metadata',
  'metadata.google.internal',
  'metadata.goog',
  'metadata.azure.internal',
  'metadata.tencentyun.com',
  'instance-data',
  'instance-data.ec2.internal',
]);

/** An IPv4 address inside `::ffff:0:0/96` must have been unwrapped. */
export function addressKind(address: Address): AddressKind {
  if (METADATA_ADDRESSES.has(address.toNormalizedString())) return 'guarded';
  switch (address.range()) {
    case 'loopback':
      return 'loopback';
    case 'unspecified': // On Linux a connection to 0.0.0.0 is one to this host.
    case 'multicast':
    case 'broadcast':
      return 'guarded';
    default:
      return address.kind() === 'ipv4' ? kindOfIPv4(address) : kindOfIPv6(address as ipaddr.IPv6);
  }
}

/** Names that are as dangerous as the addresses that they stand for. */
export function isMetadataName(name: string): boolean {
  return METADATA_NAMES.has(name);
}

/** RFC 6761: these never leave the machine, whatever a name server says. */
export function isLoopbackName(name: string): boolean {
  return name === 'localhost' || name.endsWith('.localhost');
}

function kindOfIPv4(address: Address): AddressKind {
  return address.range() === 'unicast' ? 'public' : 'private';
}

function kindOfIPv6(address: ipaddr.IPv6): AddressKind {
  const embedded = embeddedAddresses(address);
  // Loopback, metadata, or a private address in a disguise that a network on the allow list would not show.
  if (embedded.some((each) => addressKind(each) !== 'public')) return 'guarded';
  if (isWellKnownNat64(address)) return 'public';
  // The library counts all that it has no name for; the addresses in public use are 2000::/3.
  return address.range() === 'unicast' && isGlobal(address) ? 'public' : 'private';
}

function isGlobal(address: ipaddr.IPv6): boolean {
  return ((address.parts[0] ?? 0) & 0xe000) === 0x2000;
}
