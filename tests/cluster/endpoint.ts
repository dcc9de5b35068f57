import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';

/** An attempt as it arrived. */
export interface Call {
  readonly cleanupId: string;
  /** `type/id`. */
  readonly objectKey: string;
  readonly generation: number;
  readonly fence: number;
  readonly attempt: number;
  /** By this machine's clock, which is also that of the database. */
  readonly arrivedMs: number;
}

/** The type of the objects whose attempts wait for {@link Endpoint.answerHeld}. */
export const HELD_TYPE = 'held';

/** A cleanup endpoint in this process, so that its records and those of the load are read from one clock. Always succeeds. */
export class Endpoint implements AsyncDisposable {
  /** In the order of arrival. */
  readonly calls: Call[] = [];
  readonly url: string;
  readonly #server: Server;
  readonly #answerAfterMs: () => number;
  #held: (() => void)[] = [];

  private constructor(server: Server, answerAfterMs: () => number) {
    this.#server = server;
    this.#answerAfterMs = answerAfterMs;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/cleanup`;
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      // A caller that dies in the middle of its own request has not called.
      this.#serve(request, response).catch(() => response.destroy());
    });
  }

  /** `answerAfterMs`: how long each attempt is worked at. */
  static async start(answerAfterMs: () => number = () => 0): Promise<Endpoint> {
    // Longer than its callers keep a connection, so that none is closed under a request: that would be a fault of ours.
    const server = createServer({ keepAliveTimeout: 60_000 }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Endpoint(server, answerAfterMs);
  }

  callsFor(objectKey: string): readonly Call[] {
    return this.calls.filter((call) => call.objectKey === objectKey);
  }

  /** Lets the attempts on held objects succeed that have arrived so far. */
  answerHeld(): void {
    for (const answer of this.#held.splice(0)) answer();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.answerHeld();
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const call = readCall(await text(request));
    this.calls.push(call);
    if (call.objectKey.startsWith(`${HELD_TYPE}/`)) {
      await new Promise<void>((resolve) => this.#held.push(resolve));
    } else {
      await delay(this.#answerAfterMs());
    }
    response.writeHead(204).end();
  }
}

function readCall(body: string): Call {
  const fields = JSON.parse(body) as {
    readonly cleanup_id: string;
    readonly object_type: string;
    readonly object_id: string;
    readonly generation: number;
    readonly fence: number;
    readonly attempt: number;
  };
  return {
    cleanupId: fields.cleanup_id,
    objectKey: `${fields.object_type}/${fields.object_id}`,
    generation: fields.generation,
    fence: fields.fence,
    attempt: fields.attempt,
    arrivedMs: Date.now(),
  };
}
