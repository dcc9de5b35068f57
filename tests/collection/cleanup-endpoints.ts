import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server, ServerCredentials, type ServerUnaryCall } from '@grpc/grpc-js';
import { rawService } from '../helpers/raw-contract.js';

/** What these endpoints read of a callback. */
interface Callback {
  readonly object_id: string;
  readonly cleanup_id: string;
  readonly fence: number;
}

/** Where a cleanup goes, as the contract writes it. */
export type WireTarget =
  { readonly http: { readonly url: string } } | { readonly grpc: { readonly address: string } };

/** Endpoints in this process that answer every callback at once, unless they hang, and note when it came. */
export class CleanupEndpoints implements AsyncDisposable {
  /** One URL for each endpoint over HTTP: slots are counted by origin. */
  readonly urls: readonly string[];
  /** `host:port` of each one over gRPC. */
  readonly addresses: readonly string[];
  /** By the id of the object: when its first callback came, in ms since the epoch. */
  readonly arrivals = new Map<string, number>();
  readonly cleanupIds = new Set<string>();
  readonly fences = new Set<number>();
  /** Callbacks for objects that had had one. */
  duplicates = 0;
  readonly #hanging = new Set<number>();
  readonly #closers: readonly (() => Promise<unknown>)[];

  private constructor(servers: readonly ReturnType<typeof createServer>[], handlers: readonly Handler[]) {
    this.urls = servers.map((server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    for (const [index, server] of servers.entries()) {
      server.on('request', (request, response) => {
        this.#serve(request, response, !this.#hanging.has(index));
      });
    }
    this.addresses = handlers.map(({ port }) => `127.0.0.1:${port}`);
    for (const handler of handlers) handler.onCallback = this.#note.bind(this);
    this.#closers = [
      ...servers.map((server) => () => {
        server.closeAllConnections();
        server.close();
        return once(server, 'close');
      }),
      ...handlers.map(({ server }) => () => {
        server.forceShutdown();
        return Promise.resolve();
      }),
    ];
  }

  /** So many over HTTP, and so many over gRPC. */
  static async start(overHttp: number, overGrpc = 0): Promise<CleanupEndpoints> {
    // Longer than its callers keep a connection, so that none is closed under a request: that would be a fault of ours.
    const servers = Array.from({ length: overHttp }, () =>
      createServer({ keepAliveTimeout: 60_000 }).listen(0, '127.0.0.1'),
    );
    await Promise.all(servers.map((server) => once(server, 'listening')));
    return new CleanupEndpoints(servers, await Promise.all(Array.from({ length: overGrpc }, startHandler)));
  }

  /** The endpoint of the `index`th object over HTTP: they take turns. */
  urlOf(index: number): string {
    return this.urls[index % this.urls.length] ?? '';
  }

  /** The endpoint of the `index`th object, over either protocol: they take turns. */
  targetOf(index: number): WireTarget {
    const turn = index % (this.urls.length + this.addresses.length);
    const url = this.urls[turn];
    if (url !== undefined) return { http: { url } };
    return { grpc: { address: this.addresses[turn - this.urls.length] ?? '' } };
  }

  /** From now on this one over HTTP answers nothing. */
  hang(index: number): void {
    this.#hanging.add(index);
  }

  forget(): void {
    this.arrivals.clear();
    this.cleanupIds.clear();
    this.fences.clear();
    this.duplicates = 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#closers.map((close) => close()));
  }

  #serve(request: IncomingMessage, response: ServerResponse, answers: boolean): void {
    const arrivedMs = Date.now();
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      this.#note(JSON.parse(body) as Callback, arrivedMs);
      if (answers) response.writeHead(204).end();
    });
  }

  #note({ object_id: id, cleanup_id: cleanupId, fence }: Callback, arrivedMs: number): void {
    if (this.arrivals.has(id)) this.duplicates += 1;
    else this.arrivals.set(id, arrivedMs);
    this.cleanupIds.add(cleanupId);
    this.fences.add(fence);
  }
}

interface Handler {
  readonly server: Server;
  readonly port: number;
  onCallback: (callback: Callback, arrivedMs: number) => void;
}

async function startHandler(): Promise<Handler> {
  const server = new Server();
  const handler = { server, port: 0, onCallback: () => undefined } as Handler;
  server.addService(rawService('lease.v1.CleanupHandlerService').service, {
    Cleanup: (
      { request }: ServerUnaryCall<Callback, object>,
      respond: (error: null, answer: object) => void,
    ) => {
      handler.onCallback(request, Date.now());
      respond(null, {});
    },
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) => {
      if (error) reject(error);
      else resolve(bound);
    });
  });
  return Object.assign(handler, { port });
}
