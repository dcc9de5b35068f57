import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { Flow } from './flow.js';

/** Whose bytes: those that the caller sends, or those that are answered. */
export type Direction = 'request' | 'answer';

interface Link {
  readonly caller: Socket;
  readonly target: Socket;
  readonly flows: Readonly<Record<Direction, Flow>>;
}

/** Stands between a caller and a port on loopback, and lets the network break. Whole until it is told otherwise. */
export class FaultProxy implements AsyncDisposable {
  /** Where to call instead. */
  readonly port: number;
  readonly #server: Server;
  readonly #links = new Set<Link>();
  #delayMs = 0;
  #paused = false;
  #cut: { readonly direction: Direction; readonly afterBytes: number } | undefined;

  private constructor(server: Server, targetPort: () => number) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
    server.on('connection', (caller: Socket) => this.#connect(caller, targetPort()));
  }

  /** `targetPort` is asked at each connection: a target may not have one yet. */
  static async start(targetPort: number | (() => number)): Promise<FaultProxy> {
    const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new FaultProxy(server, typeof targetPort === 'number' ? () => targetPort : targetPort);
  }

  /** Connections that are open. */
  get links(): number {
    return this.#links.size;
  }

  /** A black hole: connections stay and are accepted, and no byte arrives until {@link resume}; then all do. */
  pause(): void {
    this.#paused = true;
    for (const flow of this.#flows()) flow.pause();
  }

  resume(): void {
    this.#paused = false;
    for (const flow of this.#flows()) flow.resume();
  }

  /** From now on every byte takes so much longer, each way. */
  delay(ms: number): void {
    this.#delayMs = ms;
  }

  /** Resets every connection, on both sides. Resolves with how many. */
  reset(): number {
    const count = this.#links.size;
    for (const link of this.#links) reset(link);
    return count;
  }

  /** Tells the other side of every connection that nothing further comes in this direction, and lets the other direction be. */
  halfClose(direction: Direction): void {
    for (const { flows } of this.#links) flows[direction].end();
  }

  /** Lets only so many bytes of the next message in this direction pass, and resets its connection. */
  cutNext(direction: Direction, afterBytes: number): void {
    this.#cut = { direction, afterBytes };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    for (const { caller, target } of this.#links) {
      caller.destroy();
      target.destroy();
    }
    await once(this.#server, 'close');
  }

  #connect(caller: Socket, port: number): void {
    const target = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    caller.setNoDelay();
    const flow = (direction: Direction, from: Socket, to: Socket) =>
      new Flow(from, to, {
        delayMs: () => this.#delayMs,
        pass: (chunk) => this.#pass(link, direction, chunk),
      });
    const link: Link = {
      caller,
      target,
      flows: { request: flow('request', caller, target), answer: flow('answer', target, caller) },
    };
    this.#links.add(link);
    if (this.#paused) for (const each of Object.values(link.flows)) each.pause();
    for (const [socket, other] of [
      [caller, target],
      [target, caller],
    ] as const) {
      // The other side sees what this one saw: a target that does not listen, or a peer that is gone.
      socket.on('error', () => abort(other));
      socket.on('close', () => {
        this.#links.delete(link);
        if (!other.destroyed && !other.writableEnded) other.end();
        if (socket.destroyed && other.readableEnded) other.destroy();
      });
    }
  }

  /** What of a chunk goes on. Less than all of it: the connection is cut behind that. */
  #pass(link: Link, direction: Direction, chunk: Buffer): Buffer {
    if (this.#cut?.direction !== direction) return chunk;
    const { afterBytes } = this.#cut;
    this.#cut = undefined;
    // Once those bytes are on their way.
    setImmediate(() => reset(link));
    return chunk.subarray(0, afterBytes);
  }

  #flows(): readonly Flow[] {
    return [...this.#links].flatMap(({ flows }) => Object.values(flows));
  }
}

function reset({ caller, target }: Link): void {
  for (const socket of [caller, target]) abort(socket);
}

/** `resetAndDestroy` would say goodbye first, and nobody would see a reset in the middle of a message. */
function abort(socket: Socket): void {
  Object.assign(socket, { resetAndClosing: true }).destroy();
}
