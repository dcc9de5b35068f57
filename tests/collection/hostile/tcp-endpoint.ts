import { createServer, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { close, Connections, listen, note } from './connections.js';
import type { HostileEndpoint } from './row.js';

/** Answers a callback that was read to its end, in bytes. `port`: its own. */
export type Answer = (socket: Socket, port: number) => void;

export interface TcpOptions {
  /** Of a CleanupSpec. Default: HTTP at this port. */
  readonly target?: (port: number) => object;
  /** Speaks TLS with this. */
  readonly tls?: TlsOptions;
  /** At each connection, before anything is read. Default: nothing. */
  readonly onConnection?: (socket: Socket) => void;
}

export function overHttp(port: number) {
  return { http: { url: `http://127.0.0.1:${port}/cleanup` } };
}

/** An endpoint that reads callbacks as it should, and answers them as it likes. */
export async function tcpEndpoint(answer: Answer, options: TcpOptions = {}): Promise<HostileEndpoint> {
  const { target = overHttp, tls, onConnection } = options;
  const arrivals = new Map<string, number[]>();
  let strays = 0;
  const serve = (socket: Socket) => {
    socket.on('error', () => undefined);
    onConnection?.(socket);
    let read: Buffer = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      read = Buffer.concat([read, chunk]);
      for (let request = takeRequest(read); request; request = takeRequest(read)) {
        read = request.rest;
        // HTTP/2, and what follows its first line, is not for here.
        if (request.line.startsWith('PRI ')) {
          socket.removeAllListeners('data');
          return;
        }
        if (!request.line.startsWith('POST /cleanup ')) strays += 1;
        else note(arrivals, (JSON.parse(request.body) as { readonly object_id: string }).object_id);
        answer(socket, port);
      }
    });
  };
  const server = tls ? createTlsServer(tls, serve) : createServer(serve);
  const connections = new Connections(server);
  const port = await listen(server);
  return {
    target: target(port),
    port,
    arrivals,
    get open() {
      return connections.open;
    },
    get longestMs() {
      return connections.longestMs;
    },
    get strays() {
      return strays;
    },
    get bytesWritten() {
      return connections.bytesWritten;
    },
    [Symbol.asyncDispose]: () => close(server, connections),
  };
}

/** The first request of what was read, once it is whole. */
function takeRequest(read: Buffer) {
  const end = read.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const head = read.subarray(0, end).toString('latin1');
  const length = Number(/^content-length: (\d+)$/im.exec(head)?.[1] ?? 0);
  const whole = end + 4 + length;
  if (read.length < whole) return undefined;
  const [line = ''] = head.split('\r\n');
  return { line, body: read.subarray(end + 4, whole).toString(), rest: read.subarray(whole) };
}
