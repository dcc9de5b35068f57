import { isIP } from 'node:net';

export interface ListenAddress {
  /** An IP address. */
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
}

/** Reads `host:port`. `localhost` is 127.0.0.1; no other name is looked up, since what it means may change. */
export function parseListenAddress(text: string): ListenAddress | undefined {
  const [, v6, v4, digits] = /^(?:\[([0-9a-f:.]+)\]|([^[\]:\s]+)):([0-9]{1,5})$/i.exec(text) ?? [];
  const host = v6 ?? (v4 === 'localhost' ? '127.0.0.1' : v4);
  const port = Number(digits);
  if (host === undefined || isIP(host) !== (v6 === undefined ? 4 : 6) || port > 65_535) return undefined;
  return { host, port };
}

/** As it is written: `127.0.0.1:50051`, `[::1]:50051`. */
export function formatListenAddress({ host, port }: ListenAddress): string {
  return `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
}

export function isLoopback({ host }: ListenAddress): boolean {
  return host.startsWith('127.') || host === '::1';
}

/** Whether both cannot be bound: the same port on the same address, or on all of them. */
export function overlap(a: ListenAddress, b: ListenAddress): boolean {
  return a.port !== 0 && a.port === b.port && (a.host === b.host || isWildcard(a) || isWildcard(b));
}

function isWildcard({ host }: ListenAddress): boolean {
  return host === '0.0.0.0' || host === '::';
}
