import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Endpoints in this process that answer every callback at once, unless they hang, and note when it came. */
export class CleanupEndpoints implements AsyncDisposable {
  /** One URL for each endpoint: slots are counted by origin. */
  readonly urls: readonly string[];
  /** By the id of the object: when its first callback came, in ms since the epoch. */
  readonly arrivals = new Map<string, number>();
  /** Callbacks for objects that had had one. */
  duplicates = 0;
  readonly #servers: readonly ReturnType<typeof createServer>[];
  readonly #hanging = new Set<unknown>();

  private constructor(servers: readonly ReturnType<typeof createServer>[]) {
    this.#servers = servers;
    this.urls = servers.map((server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    for (const server of servers) {
      server.on('request', (request, response) => {
        this.#serve(request, response, !this.#hanging.has(server));
      });
    }
  }

  static async start(count: number): Promise<CleanupEndpoints> {
    const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
    await Promise.all(servers.map((server) => once(server, 'listening')));
    return new CleanupEndpoints(servers);
  }

  /** The endpoint of the `index`th object: they take turns. */
  urlOf(index: number): string {
    return this.urls[index % this.urls.length] ?? '';
  }

  /** From now on this one answers nothing. */
  hang(index: number): void {
    this.#hanging.add(this.#servers[index]);
  }

  forget(): void {
    this.arrivals.clear();
    this.duplicates = 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const server of this.#servers) {
      server.closeAllConnections();
      server.close();
    }
    await Promise.all(this.#servers.map((server) => once(server, 'close')));
  }

  #serve(request: IncomingMessage, response: ServerResponse, answers: boolean): void {
    const arrivedMs = Date.now();
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      const { object_id: id } = JSON.parse(body) as { readonly object_id: string };
      if (this.arrivals.has(id)) this.duplicates += 1;
      else this.arrivals.set(id, arrivedMs);
      if (answers) response.writeHead(204).end();
    });
  }
}
