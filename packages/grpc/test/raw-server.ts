import http2, { type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import { createServer, type Socket } from 'node:net';

export interface RawServer extends AsyncDisposable {
  readonly address: string;
}

/** HTTP/2 without gRPC on top: what a broken endpoint does. */
export async function http2Server(
  onStream: (stream: ServerHttp2Stream, session: ServerHttp2Session) => void,
): Promise<RawServer & { readonly sessions: readonly ServerHttp2Session[] }> {
  const sessions: ServerHttp2Session[] = [];
  const server = http2.createServer();
  server.on('session', (session) => sessions.push(session));
  server.on('stream', (stream) => {
    stream.on('error', () => undefined);
    if (stream.session instanceof Object) onStream(stream, stream.session as ServerHttp2Session);
  });
  const address = await listen(server);
  return {
    address,
    sessions,
    [Symbol.asyncDispose]: () => {
      for (const session of sessions) session.destroy();
      return closed(server);
    },
  };
}

/** TCP without HTTP/2 on top. */
export async function tcpServer(onConnection: (socket: Socket) => void): Promise<RawServer> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    onConnection(socket);
  });
  const address = await listen(server);
  return {
    address,
    [Symbol.asyncDispose]: () => {
      for (const socket of sockets) socket.destroy();
      return closed(server);
    },
  };
}

/** The headers with which a gRPC answer begins. */
export const GRPC_HEADERS = { ':status': 200, 'content-type': 'application/grpc+proto' };

/** A message as it is framed: uncompressed, with its length. */
export function framed(message: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

interface Listening {
  listen(port: number, host: string, listening: () => void): unknown;
  address(): string | { readonly port: number } | null;
}

async function listen(server: Listening): Promise<string> {
  await new Promise<void>((listening) => {
    server.listen(0, '127.0.0.1', listening);
  });
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no TCP address');
  return `127.0.0.1:${address.port}`;
}

function closed(server: { close(callback: () => void): unknown }): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
  });
}
