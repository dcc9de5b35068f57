import ipaddr from 'ipaddr.js';

export type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** What a connection is asked for: an address that was written out, or a name that something else will resolve. */
export type Host =
  { readonly kind: 'address'; readonly address: Address } | { readonly kind: 'name'; readonly name: string };

const NAME = /^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/;
const MAX_NAME_CHARS = 253;

/**
 * The host in a normalised URL (`URL.hostname`), by which time `2130706433`, `0x7f.1` and `127.1` read `127.0.0.1`. An
 * IPv4 address inside IPv6 (`::ffff:0:0/96`) is the IPv4 address, since that is where a connection to it goes. One final
 * dot means nothing. Unset if it is no host.
 */
export function hostOf(hostname: string): Host | undefined {
  if (hostname.startsWith('[')) {
    return { kind: 'address', address: ipaddr.process(hostname.slice(1, -1)) };
  }
  if (ipaddr.IPv4.isValidFourPartDecimal(hostname)) {
    return { kind: 'address', address: ipaddr.IPv4.parse(hostname) };
  }
  const name = hostname.endsWith('.') ? hostname.slice(0, -1) : hostname;
  return NAME.test(name) && name.length <= MAX_NAME_CHARS ? { kind: 'name', name } : undefined;
}

/** The same for a host that was written by itself, an IPv6 address with or without brackets. */
export function parseHost(text: string): Host | undefined {
  const bracketed = text.includes(':') && !text.startsWith('[') ? `[${text}]` : text;
  // Only what is nothing but a host: a URL would take the rest for a path, a port, or somebody's password.
  if (!/^(\[[0-9a-f:.]+\]|[^[\]:/\\?#@%\s]+)$/i.test(bracketed)) return undefined;
  return URL.canParse(`http://${bracketed}`) ? hostOf(new URL(`http://${bracketed}`).hostname) : undefined;
}
