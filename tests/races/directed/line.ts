import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

/** A line to a server that can lose what the server says. */
export class Line {
  readonly url: string;
  readonly #server: Server;
  readonly #target: URL;
  readonly #sockets = new Set<Socket>();
  #mute = false;

  private constructor(server: Server, target: URL) {
    this.#server = server;
    this.#target = target;
    const url = new URL(target);
    url.hostname = '127.0.0.1';
    url.port = String((server.address() as AddressInfo).port);
    this.url = url.href;
    server.on('connection', (client: Socket) => this.#serve(client));
  }

  static async to(url: string): Promise<Line> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Line(server, new URL(url));
  }

  /** From now on nothing that the server says arrives. */
  mute(): void {
    this.#mute = true;
  }

  /** Breaks all connections; new ones are as good as ever. */
  breakOff(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#mute = false;
  }

  close(): void {
    this.#server.close();
    this.breakOff();
  }

  #serve(client: Socket): void {
    const server = connect(Number(this.#target.port || 5432), this.#target.hostname);
    const ends = [client, server] as const;
    for (const socket of ends) {
      this.#sockets.add(socket);
      // Whatever happens to one end happens to the other.
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        this.#sockets.delete(socket);
        for (const end of ends) end.destroy();
      });
    }
    client.pipe(server);
    server.on('data', (bytes) => {
      if (!this.#mute) client.write(bytes);
    });
  }
}
