import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { formatListenAddress, type ListenAddress } from '../config/listen-address.js';

/** A server knows its connections only once their handshake is done; those before it would hold up the end for seconds. */
const connections = new WeakMap<Server, Set<Socket>>();

/** Binds and serves; resolves to the address with the port that was bound. */
export async function bindHttp(server: Server, address: ListenAddress): Promise<string> {
  const open = new Set<Socket>();
  connections.set(server, open);
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
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
    for (const socket of connections.get(server) ?? []) socket.destroy();
  });
}
