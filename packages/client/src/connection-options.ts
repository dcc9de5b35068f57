import type { TlsOptions } from './rpc/security.js';

/** Where the servers are and how they are called. Contradictions throw TypeError when the client is made. */
export interface ConnectionOptions {
  /** `host:port` of the server. Give either this or `addresses`. */
  readonly address?: string;
  /** `host:port` of each replica; all are equal. When one does not answer, the next is called. */
  readonly addresses?: readonly string[];
  /** Connect with TLS, also to this machine. Default: TLS with the system's authorities, plain text to this machine. */
  readonly tls?: TlsOptions;
  /** Connect to other machines in plain text, too: anybody on the way may read and end leases. Default false. */
  readonly insecure?: boolean;
  /** Total deadline of a call that has none of its own, with all its retries. Default 10 s. */
  readonly timeoutMs?: number;
}

export const DEFAULT_TIMEOUT_MS = 10_000;

/** `host:port`, with an IPv6 address in brackets. */
const ADDRESS = /^(\[[0-9a-fA-F:.]+\]|[^\s:/[\]]+):(\d{1,5})$/;

/** The addresses to call. Throws TypeError that names the option which is wrong. */
export function checkConnection(options: ConnectionOptions): readonly string[] {
  const { address, addresses, tls, insecure, timeoutMs } = options;
  if ((address === undefined) === (addresses === undefined)) {
    throw new TypeError('give either address or addresses');
  }
  if (tls !== undefined && insecure === true) throw new TypeError('give either tls or insecure');
  if ((tls?.cert === undefined) !== (tls?.key === undefined)) {
    throw new TypeError('tls.cert and tls.key go together');
  }
  if (timeoutMs !== undefined) checkTimeout(timeoutMs);

  const all = addresses ?? [address ?? ''];
  if (all.length === 0) throw new TypeError('addresses must not be empty');
  if (new Set(all).size < all.length) throw new TypeError('addresses must not repeat one');
  for (const each of all) {
    const port = Number(ADDRESS.exec(each)?.[2] ?? 0);
    if (port < 1 || port > 65_535)
      throw new TypeError(`an address must read host:port, not ${each.slice(0, 64)}`);
  }
  return all;
}

export function checkTimeout(timeoutMs: number): number {
  if (Number.isFinite(timeoutMs) && timeoutMs > 0) return timeoutMs;
  throw new TypeError('timeoutMs must be a positive number');
}
