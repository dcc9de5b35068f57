import {
  Metadata,
  Server,
  ServerCredentials,
  status as Code,
  type handleUnaryCall,
  type sendUnaryData,
} from '@grpc/grpc-js';
import {
  CleanupHandlerServiceDefinition,
  encodeStatusDetails,
  STATUS_DETAILS_KEY,
  type CleanupRequest,
  type CleanupResponse,
} from '@lease/protocol';
import { createServer, type Socket } from 'node:net';
import { callbackOf } from './callback.js';
import type { CleanupEndpoint } from './cleanup-endpoint.js';
import { bind, type ListenAddress, type Listener } from './listen.js';
import type { Answer } from './script/answer.js';

/**
 * Serves CleanupHandlerService, in plain text. The sockets are accepted here and handed to grpc-js, which shows a handler
 * none: `reset` needs the one that the call came in by. It takes every other call on that connection along.
 */
export async function listenGrpc(address: ListenAddress, endpoint: CleanupEndpoint): Promise<Listener> {
  const sockets = new Map<string, Socket>();
  const grpc = new Server();
  const cleanup: handleUnaryCall<CleanupRequest, CleanupResponse> = (call, respond) => {
    const arrival = {
      protocol: 'grpc' as const,
      path: CleanupHandlerServiceDefinition.cleanup.path,
      headers: headersOf(call.metadata),
      callback: callbackOf(call.request),
    };
    void endpoint.receive(arrival).then((answer) => {
      if (answer.kind === 'reset') sockets.get(call.getPeer())?.resetAndDestroy();
      else send(answer, respond);
    });
  };
  grpc.addService(CleanupHandlerServiceDefinition, { cleanup });

  const injector = grpc.createConnectionInjector(ServerCredentials.createInsecure());
  const server = createServer((socket) => {
    const peer = `${socket.remoteAddress ?? ''}:${socket.remotePort ?? ''}`;
    sockets.set(peer, socket);
    socket.once('close', () => sockets.delete(peer));
    injector.injectConnection(socket);
  });
  return {
    address: await bind(server, address),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        grpc.forceShutdown();
        for (const socket of sockets.values()) socket.destroy();
      }),
  };
}

function headersOf(metadata: Metadata): Record<string, string> {
  const entries = Object.entries(metadata.toJSON());
  return Object.fromEntries(entries.map(([name, values]) => [name, values.map(String).join(', ')]));
}

function send(answer: Answer, respond: sendUnaryData<CleanupResponse>): void {
  // A unary answer cannot come drop by drop: to its caller, a drip is a hang.
  if (answer.kind !== 'status') return;
  if (answer.code === Code.OK) {
    respond(null, {});
    return;
  }
  const details = answer.detail ?? `scripted ${Code[answer.code]}`;
  const metadata = new Metadata();
  if (answer.retryAfterSeconds !== undefined) {
    const retryAfterMs = answer.retryAfterSeconds * 1_000;
    metadata.set(
      STATUS_DETAILS_KEY,
      encodeStatusDetails({ code: answer.code, message: details, retryAfterMs }),
    );
  }
  respond({ code: answer.code, details, metadata });
}
