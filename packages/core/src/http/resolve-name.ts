import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import type { Address } from './host.js';

/**
 * Looks a name up: all of its addresses, in the order in which they should be tried. Rejects if it has none, or nobody
 * answers; an error's `code` says why.
 */
export type ResolveName = (name: string) => Promise<readonly string[]>;

/** As the system does it for everybody: `/etc/hosts`, search domains, name servers. */
export const systemResolveName: ResolveName = async (name) => {
  const answers = await lookup(name, { all: true, verbatim: true });
  return answers.map(({ address }) => address);
};

/**
 * How many of those run at a time; more wait for a thread. libuv gives work that may hang half of its pool, which has the
 * size that the environment says, and 4 threads if it says none.
 */
export function systemPlaces(env: NodeJS.ProcessEnv = process.env): number {
  const size = parseInt(env['UV_THREADPOOL_SIZE'] ?? '4', 10) || 1;
  return Math.ceil(Math.min(Math.max(size, 1), 1_024) / 2);
}

/** An address to connect to, and what it is judged by. */
export interface ResolvedAddress {
  /** What the resolver said, ready for a socket. */
  readonly text: string;
  /** Without its zone, and unwrapped if it is IPv4 in IPv6. */
  readonly address: Address;
}

/** Unset if it is no address. */
export function resolvedAddress(text: string): ResolvedAddress | undefined {
  // In the one spelling that a socket understands as well: `127.1` would be a name to it.
  return isIP(text) === 0 ? undefined : { text, address: ipaddr.process(text.replace(/%.*$/s, '')) };
}
