import { once } from 'node:events';
import { isIPv6, type AddressInfo, type Server } from 'node:net';

export interface ListenAddress {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
}

/** Something that was bound and can be stopped at once, whatever is under way. */
export interface Listener {
  /** `host:port` with the port that was bound. */
  readonly address: string;
  stop(): Promise<void>;
}

/** Reads `host:port`, an IPv6 host in brackets. Undefined: it is no such thing. */
export function parseListenAddress(text: string): ListenAddress | undefined {
  const [, v6, name, digits] = /^(?:\[([^\]]+)\]|([^:[\]\s]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = v6 ?? name;
  const port = Number(digits);
  if (host === undefined || (v6 !== undefined && !isIPv6(v6)) || !(port <= 65_535)) return undefined;
  return { host, port };
}

export function isLoopback({ host }: ListenAddress): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

/** Binds a server and says where it ended up. Rejects with the system's error, e.g. EADDRINUSE. */
export async function bind(server: Server, { host, port }: ListenAddress): Promise<string> {
  server.listen(port, host);
  await once(server, 'listening');
  // A string or null only for pipes and servers that do not listen.
  const { address, port: bound } = server.address() as AddressInfo;
  return `${isIPv6(address) ? `[${address}]` : address}:${bound}`;
}
