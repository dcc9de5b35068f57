import ipaddr from 'ipaddr.js';

/**
 * The IPv4 addresses at which a connection to this IPv6 address might end: what translators and tunnels make of it. Empty
 * if it is one like any other. (`::ffff:0:0/96` is unwrapped before, as the system does it.)
 */
export function embeddedAddresses(address: ipaddr.IPv6): readonly ipaddr.IPv4[] {
  const bytes = address.toByteArray();
  const at = (offset: number) => new ipaddr.IPv4(bytes.slice(offset, offset + 4));
  switch (address.range()) {
    case 'rfc6145': // ::ffff:0:0:0/96, stateless translation
      return [at(12)];
    case 'rfc6052':
      // In 64:ff9b:1::/48 each network chooses how long its prefix is: the address stands at the end, or before zeroes.
      return bytes.slice(13).some((byte) => byte !== 0) ? [at(12)] : [at(12), at(9)];
    case '6to4':
      return [at(2)];
    case 'teredo':
      // The server, and the client behind its address translation, whose bits are inverted.
      return [at(4), new ipaddr.IPv4(bytes.slice(12).map((byte) => byte ^ 0xff))];
    case 'unicast':
      // ::a.b.c.d, which is no longer in use.
      return bytes.slice(0, 12).every((byte) => byte === 0) ? [at(12)] : [];
    default:
      return [];
  }
}

const WELL_KNOWN_NAT64 = ipaddr.IPv6.parse('64:ff9b::');

/** 64:ff9b::/96: every network that translates at all translates it to the public address in its last 32 bits. */
export function isWellKnownNat64(address: ipaddr.IPv6): boolean {
  return address.match(WELL_KNOWN_NAT64, 96);
}
