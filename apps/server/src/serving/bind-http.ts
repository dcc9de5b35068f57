import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { formatListenAddress, type ListenAddress } from '../config/listen-address.js';

/** Binds and serves; resolves to the address with the port that was bound. */
export async function bindHttp(server: Server, address: ListenAddress): Promise<string> {
  server.listen(address.port, address.host);
  try {
    await once(server, 'listening');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`cannot serve HTTP on ${formatListenAddress(address)}: ${why} (--http-listen)`, {
      cause: error,
    });
  }
  // Null and strings are for servers that do not listen on TCP.
  const { port } = server.address() as AddressInfo;
  return formatListenAddress({ ...address, port });
}

/** Takes no more connections, and cuts those that are open. */
export function shutDownHttp(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
    server.closeAllConnections();
  });
}
