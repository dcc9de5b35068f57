import type { Server, ServerCredentials } from '@grpc/grpc-js';
import { formatListenAddress, type ListenAddress } from '../config/listen-address.js';

/** Binds and serves; resolves to the address with the port that was bound. `flag`: what the address was given with. */
export function bindGrpc(
  server: Server,
  address: ListenAddress,
  flag: string,
  credentials: ServerCredentials,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const text = formatListenAddress(address);
    server.bindAsync(text, credentials, (error, port) => {
      if (error === null) resolve(formatListenAddress({ ...address, port }));
      else reject(new Error(`cannot serve gRPC on ${text}: ${error.message} (${flag})`, { cause: error }));
    });
  });
}

/** Answers that were given may still be on their way; streams that never end are cut after so long. */
const FLUSH_MS = 1_000;

/** Lets what is open end for a second, or until `signal` aborts, then cuts every connection. */
export function shutDownGrpc(server: Server, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', cut);
      resolve();
    };
    // A client may hold a stream open for ever: a health watch, or a call whose request never comes.
    const cut = () => {
      server.forceShutdown();
      end();
    };
    const timer = setTimeout(cut, FLUSH_MS);
    signal.addEventListener('abort', cut);
    server.tryShutdown(end);
    if (signal.aborted) cut();
  });
}
