import type { AddressInfo, Server, Socket } from 'node:net';

/** The connections of a listener: how many are open, how long they last, what goes out over them. */
export class Connections {
  readonly #open = new Map<Socket, number>();
  #longestMs = 0;
  #bytesWritten = 0;

  constructor(server: Server) {
    server.on('connection', (socket) => {
      const openedMs = performance.now();
      this.#open.set(socket, openedMs);
      // A peer that hangs up in the middle is what all this is about.
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.#open.delete(socket);
        this.#longestMs = Math.max(this.#longestMs, performance.now() - openedMs);
        this.#bytesWritten += socket.bytesWritten;
      });
    });
  }

  get open(): number {
    return this.#open.size;
  }

  get longestMs(): number {
    return this.#longestMs;
  }

  get bytesWritten(): number {
    return [...this.#open.keys()].reduce((sum, socket) => sum + socket.bytesWritten, this.#bytesWritten);
  }

  destroyAll(): void {
    for (const socket of this.#open.keys()) socket.destroy();
  }
}

/** Listens at a free port of loopback. */
export async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return (server.address() as AddressInfo).port;
}

export async function close(server: Server, connections: Connections): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  connections.destroyAll();
  await closed;
}

/** Notes when something arrived. */
export function note(arrivals: Map<string, number[]>, objectId: string): void {
  const seen = arrivals.get(objectId);
  if (seen) seen.push(performance.now());
  else arrivals.set(objectId, [performance.now()]);
}
