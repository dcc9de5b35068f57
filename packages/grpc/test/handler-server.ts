import { type sendUnaryData, Server, ServerCredentials, type ServerUnaryCall } from '@grpc/grpc-js';
import { CleanupHandlerServiceDefinition, type CleanupRequest, type CleanupResponse } from '@lease/protocol';

type CleanupCall = ServerUnaryCall<CleanupRequest, CleanupResponse>;
export type Behaviour = (call: CleanupCall, answer: sendUnaryData<CleanupResponse>) => void;

export interface HandlerServer extends AsyncDisposable {
  readonly address: string;
  readonly calls: readonly CleanupCall[];
  /** The peers that have called: one for each connection. */
  readonly peers: ReadonlySet<string>;
}

/** A cleanup handler as a user would write it. `listen`: default a free port on loopback. */
export async function handlerServer(behaviour: Behaviour, listen?: string): Promise<HandlerServer> {
  const calls: CleanupCall[] = [];
  const peers = new Set<string>();
  const server = new Server();
  server.addService(CleanupHandlerServiceDefinition, {
    cleanup: (call: CleanupCall, answer: sendUnaryData<CleanupResponse>) => {
      calls.push(call);
      peers.add(call.getPeer());
      behaviour(call, answer);
    },
  });
  const port = await bind(server, listen);
  return {
    address: `127.0.0.1:${port}`,
    calls,
    peers,
    [Symbol.asyncDispose]: () => {
      server.forceShutdown();
      return Promise.resolve();
    },
  };
}

/** Binds a server to an address, by default to a free port on loopback; resolves to the port. */
export function bind(server: Server, address = '127.0.0.1:0'): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(address, ServerCredentials.createInsecure(), (error, port) => {
      if (error) reject(error);
      else resolve(port);
    });
  });
}
