import { type Server, ServerCredentials } from '@grpc/grpc-js';
import { formatListenAddress, type ListenAddress } from '../config/listen-address.js';

/** Binds and serves; resolves to the address with the port that was bound. `flag`: what the address was given with. */
export function bindGrpc(server: Server, address: ListenAddress, flag: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const text = formatListenAddress(address);
    server.bindAsync(text, ServerCredentials.createInsecure(), (error, port) => {
      if (error === null) resolve(formatListenAddress({ ...address, port }));
      else reject(new Error(`cannot serve gRPC on ${text}: ${error.message} (${flag})`, { cause: error }));
    });
  });
}

/** Lets open calls end for a while, then cuts every connection. */
export function shutDownGrpc(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    // A client may hold a stream open for ever: a health watch, or a call whose request never comes.
    const cut = setTimeout(() => {
      server.forceShutdown();
      resolve();
    }, graceMs);
    server.tryShutdown(() => {
      clearTimeout(cut);
      resolve();
    });
  });
}
