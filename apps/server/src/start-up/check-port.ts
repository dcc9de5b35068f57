import { once } from 'node:events';
import { createServer } from 'node:net';
import { formatListenAddress, type ListenAddress } from '../config/listen-address.js';

/** Rejects if the address cannot be bound now, naming the flag. Found out before a database is touched. */
export async function checkPort(flag: string, address: ListenAddress): Promise<void> {
  const server = createServer();
  try {
    server.listen({ host: address.host, port: address.port, exclusive: true });
    await once(server, 'listening');
  } catch (error) {
    throw new Error(`cannot listen on ${formatListenAddress(address)}: ${reasonOf(error)} (${flag})`, {
      cause: error,
    });
  } finally {
    await new Promise<void>((resolve) => {
      server.close(() => {
        resolve();
      });
    });
  }
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  switch (code) {
    case 'EADDRINUSE':
      return 'another process listens there';
    case 'EADDRNOTAVAIL':
      return 'no interface of this machine has that address';
    case 'EACCES':
      return 'this user may not; ports below 1024 need a right of their own';
    default:
      return message;
  }
}
