import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from '@lease/core';
import { nowMs, type Recorder } from './recorder.js';

/**
 * The longest that a well-behaved attempt takes. Short, so that one replica alone keeps up with the load: in a backlog, claims
 * that ran out wait behind what has been due for longer.
 */
const MAX_WORK_MS = 10;

/** Ways to treat an attempt badly (F9). None of them is a success, and the next attempt may be treated well. */
const HOSTILITIES: readonly ((response: ServerResponse) => void)[] = [
  (response) => response.writeHead(500).end('no'),
  (response) => response.writeHead(503, { 'retry-after': '1' }).end(),
  (response) => response.writeHead(429, { 'retry-after': '0' }).end(),
  (response) => response.writeHead(302, { location: '/trap' }).end(),
  (response) => response.destroy(),
  // Headers, and then silence until the caller gives up.
  (response) => response.writeHead(500, { 'content-length': '10' }).flushHeaders(),
  (response) => drip(response.writeHead(500)),
  (response) => response.writeHead(500).end('A'.repeat(1_000_000)),
];

/** Where the cleanups of a run are called for. It refuses what is stale, as a receiver does, and is hostile when it is told to be. */
export class Endpoint implements AsyncDisposable {
  readonly url: string;
  /** The share of the attempts that is treated badly. */
  hostility = 0;
  /** Attempts that were treated badly so far. */
  hostilities = 0;
  /** Requests where a redirect pointed. */
  trapped = 0;
  readonly #server: Server;
  readonly #recorder: Recorder;
  readonly #random: Random;
  readonly #fences = new Map<string, number>();
  readonly #abused = new Set<ServerResponse>();
  #holding: Set<() => void> | undefined;

  private constructor(server: Server, recorder: Recorder, random: Random) {
    this.#server = server;
    this.#recorder = recorder;
    this.#random = random;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/cleanup`;
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      // A caller that dies in the middle of its own request has not called.
      this.#serve(request, response).catch(() => response.destroy());
    });
  }

  static async start(recorder: Recorder, random: Random): Promise<Endpoint> {
    const server = createServer({ keepAliveTimeout: 60_000 }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Endpoint(server, recorder, random);
  }

  /** Attempts that are treated badly, and whose callers wait for better. */
  get abused(): number {
    return this.#abused.size;
  }

  /** From now on attempts wait, until {@link letGo}. */
  hold(): void {
    this.#holding ??= new Set();
  }

  /** Attempts that wait, and whose callers do. */
  get held(): number {
    return this.#holding?.size ?? 0;
  }

  letGo(): void {
    for (const go of this.#holding ?? []) go();
    this.#holding = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.letGo();
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.url === '/trap') this.trapped += 1;
    const { fence, attempt, ...rest } = JSON.parse(await text(request)) as Fields;
    const objectKey = `${rest.object_type}/${rest.object_id}`;
    const stale = fence < (this.#fences.get(objectKey) ?? 0);
    if (!stale) this.#fences.set(objectKey, fence);
    const call = {
      ...{ cleanupId: rest.cleanup_id, objectKey, generation: rest.generation, fence, attempt },
      ...{ body: JSON.stringify(rest), arrivedMs: nowMs(), answer: stale ? 'stale' : 'failed' },
    } as Recorder['callbacks'][number];
    this.#recorder.callbacks.push(call);
    if (stale) {
      response.writeHead(412).end();
      return;
    }
    if (this.#random.next() < this.hostility) {
      this.hostilities += 1;
      this.#abused.add(response);
      response.once('close', () => this.#abused.delete(response));
      HOSTILITIES[Math.floor(this.#random.next() * HOSTILITIES.length)]?.(response);
      return;
    }
    const holding = this.#holding;
    if (holding) await heldIn(holding, response);
    else await delay(this.#random.next() * MAX_WORK_MS);
    // Done, whether or not anybody is there to hear it.
    call.answer = 'done';
    response.writeHead(204).end();
  }
}

function heldIn(holding: Set<() => void>, response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    holding.add(resolve);
    response.once('close', () => holding.delete(resolve));
  });
}

interface Fields {
  readonly cleanup_id: string;
  readonly object_type: string;
  readonly object_id: string;
  readonly generation: number;
  readonly fence: number;
  readonly attempt: number;
}

/** One byte after the other, until the caller gives up. */
function drip(response: ServerResponse): void {
  const timer = setInterval(() => response.write('.'), 200);
  response.once('close', () => clearInterval(timer));
}
