import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import { selfSigned } from '../../../packages/core/test/http/self-signed.js';
import type { HostileEndpoint, HostileRow } from './row.js';
import { overHttp, tcpEndpoint } from './tcp-endpoint.js';

/** So many connections fill a backlog of 1. */
const FILLERS = 4;

/** Listens, and accepts nobody: the backlog is full. */
async function neverAccepts(target: (port: number) => object): Promise<HostileEndpoint> {
  const thread = new Worker(new URL('never-accepts.mjs', import.meta.url));
  const [port] = (await once(thread, 'message')) as [number];
  const fillers: Socket[] = [];
  for (let each = 0; each < FILLERS; each += 1) {
    const filler = connect(port, '127.0.0.1').on('error', () => undefined);
    fillers.push(filler);
  }
  return {
    target: target(port),
    port,
    arrivals: new Map(),
    ...{ open: 0, longestMs: 0, strays: 0, bytesWritten: 0 },
    [Symbol.asyncDispose]: async () => {
      for (const filler of fillers) filler.destroy();
      await thread.terminate();
    },
  };
}

const overHttps = (port: number) => ({ http: { url: `https://127.0.0.1:${port}/cleanup` } });
const overGrpc = (port: number) => ({ grpc: { address: `127.0.0.1:${port}` } });
const overGrpcs = (port: number) => ({ grpc: { address: `127.0.0.1:${port}`, tls: true } });

/** Speaks before anybody else does. */
const speaks = (target: (port: number) => object, onConnection: (socket: Socket) => void) => () =>
  tcpEndpoint(() => undefined, { target, onConnection });

const selfSignedAt = (target: (port: number) => object) => () =>
  tcpEndpoint(() => undefined, { target, tls: selfSigned });

const unreached = (name: string, start: HostileRow['start'], hangs?: true): HostileRow => ({
  ...{ name, end: 'unreached', start },
  ...(hangs && { hangs }),
});

export const unreachedRows: readonly HostileRow[] = [
  unreached('HTTP: never accepts', () => neverAccepts(overHttp), true),
  unreached('gRPC: never accepts', () => neverAccepts(overGrpc), true),
  unreached('HTTP: a certificate that nobody vouches for', selfSignedAt(overHttps)),
  unreached('gRPC: a certificate that nobody vouches for', selfSignedAt(overGrpcs)),
  unreached(
    'HTTP: a handshake that never ends',
    speaks(overHttps, () => undefined),
    true,
  ),
  unreached(
    'HTTP: no TLS',
    speaks(overHttps, (socket) => socket.write('HTTP/1.1 200 OK\r\n\r\n')),
  ),
  unreached(
    'gRPC: no TLS',
    speaks(overGrpcs, (socket) => socket.write('HTTP/1.1 200 OK\r\n\r\n')),
  ),
  unreached(
    'gRPC: no HTTP/2',
    speaks(overGrpc, (socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n')),
  ),
  unreached(
    'gRPC: a connection without a word',
    speaks(overGrpc, () => undefined),
    true,
  ),
  unreached(
    'gRPC: hangs up',
    speaks(overGrpc, (socket) => socket.destroy()),
  ),
];
