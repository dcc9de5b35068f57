import { createServer, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import { rawMessage } from '../../helpers/raw-contract.js';
import { close, Connections, listen, note } from './connections.js';
import type { HostileEndpoint } from './row.js';

/** Answers a call whose request was read to its end. */
export type CallAnswer = (stream: ServerHttp2Stream, session: ServerHttp2Session) => void;

/** An endpoint that reads calls as a gRPC server does, and answers them as it likes. */
export async function http2Endpoint(answer: CallAnswer): Promise<HostileEndpoint> {
  const arrivals = new Map<string, number[]>();
  let strays = 0;
  const server = createServer();
  server.on('session', (session) => session.on('error', () => undefined));
  server.on('stream', (stream, headers) => {
    stream.on('error', () => undefined);
    const parts: Buffer[] = [];
    stream.on('data', (part: Buffer) => parts.push(part));
    stream.on('end', () => {
      if (headers[':path'] !== '/lease.v1.CleanupHandlerService/Cleanup') strays += 1;
      // Behind the flag and the length of the message.
      const message = Buffer.concat(parts).subarray(5);
      const request = rawMessage('lease.v1.CleanupRequest', message) as { readonly object_id: string };
      note(arrivals, request.object_id);
      if (stream.session) answer(stream, stream.session as ServerHttp2Session);
    });
  });
  const connections = new Connections(server);
  const port = await listen(server);
  return {
    target: { grpc: { address: `127.0.0.1:${port}` } },
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
