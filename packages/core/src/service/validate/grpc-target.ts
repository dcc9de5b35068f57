import type { GrpcTarget } from '../../cleanup/cleanup-spec.js';
import { LIMITS } from '../limits.js';
import { flawOf, type TextRule } from './text.js';
import type { Violations } from './violations.js';

const ADDRESS_TEXT: TextRule = { minBytes: 1, maxBytes: LIMITS.grpcAddressBytes, controls: 'none' };
const ADDRESS = /^(\[[0-9a-f:.]+\]|[^\s/:@?#%\\[\]]+):([0-9]{1,5})$/i;
const CANONICAL_HOST = /^(?:\[.+\]|[a-z0-9_.-]+)$/;

/** gRPC libraries read these before a colon as the name of a resolver: `unix:80` would open a socket file. */
const RESOLVERS = new Set([
  'dns',
  'google-c2p',
  'ipv4',
  'ipv6',
  'passthrough',
  'unix',
  'unix-abstract',
  'vsock',
  'xds',
]);

export function checkGrpcTarget(violations: Violations, target: GrpcTarget): GrpcTarget {
  return { kind: 'grpc', address: checkAddress(violations, target.address), tls: target.tls };
}

/** The address in the one spelling that is judged, hashed and called, as for an HTTP target. */
function checkAddress(violations: Violations, address: unknown): string {
  const flaw = flawOf(address, ADDRESS_TEXT);
  const parsed = flaw === undefined ? parse(String(address)) : { flaw };
  if ('address' in parsed) return parsed.address;
  violations.add('cleanup.grpc.address', parsed.flaw);
  return '';
}

function parse(address: string): { readonly address: string } | { readonly flaw: string } {
  const [, host, digits] = ADDRESS.exec(address) ?? [];
  if (host === undefined) return { flaw: 'is not of the form host:port, without a scheme or a path' };
  if (RESOLVERS.has(host.toLowerCase())) return { flaw: 'begins with a scheme: host:port is needed' };
  const port = Number(digits);
  if (port < 1 || port > 65_535) return { flaw: `has port ${port}: 1 to 65535 are allowed` };
  const canonical = URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname : '';
  if (!CANONICAL_HOST.test(canonical)) return { flaw: 'has no valid host' };
  const normal = `${canonical}:${port}`;
  // Punycode makes it longer.
  return normal.length > LIMITS.grpcAddressBytes
    ? { flaw: `is too long: at most ${LIMITS.grpcAddressBytes} bytes are allowed` }
    : { address: normal };
}
