import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Of so many callbacks one gets a 500, one no answer, and one a cut connection. The others are done. */
const ROUND = 8;

/** An endpoint that fails now and then in each way, so that every cleanup is done in the end, after some retries. */
export class FlakyEndpoint implements AsyncDisposable {
  readonly url: string;
  readonly #server: Server;
  #callbacks = 0;

  private constructor(server: Server) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    server.on('request', (request, response) => {
      request.resume().on('end', () => {
        this.#answer(response);
      });
    });
  }

  static async start(): Promise<FlakyEndpoint> {
    const server = createServer({ keepAliveTimeout: 60_000 }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new FlakyEndpoint(server);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #answer(response: ServerResponse): void {
    const turn = this.#callbacks++ % ROUND;
    if (turn === 1) return;
    if (turn === 2) response.destroy();
    else response.writeHead(turn === 0 ? 500 : 204).end();
  }
}
