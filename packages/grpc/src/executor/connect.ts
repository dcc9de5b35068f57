import { connectivityState, type Client } from '@grpc/grpc-js';

/** As long as a client may try alone before the next one tries as well (RFC 8305). */
const HEAD_START_MS = 250;

/** The client to call with. */
export interface Connection {
  readonly client: Client;
  /** Otherwise it has just failed, and so did all others; or it is too late. */
  readonly connected: boolean;
}

/**
 * Waits until one of the clients is connected, all have failed to connect, or it is too late. What is known before the
 * call need not be guessed from its status, which is UNAVAILABLE for a refused connection and for one that dropped with
 * the request in it.
 */
export function connect(
  clients: readonly [Client, ...Client[]],
  deadline: number,
  signal: AbortSignal,
): Promise<Connection> {
  const ready = clients.find(
    (client) => client.getChannel().getConnectivityState(false) === connectivityState.READY,
  );
  if (ready) return Promise.resolve({ client: ready, connected: true });
  return new Promise((resolve) => {
    let failed = 0;
    let headStart: NodeJS.Timeout | undefined;
    const waiting = [...clients];
    const startNext = () => {
      clearTimeout(headStart);
      const client = waiting.shift();
      if (!client) return;
      headStart = setTimeout(startNext, HEAD_START_MS);
      void isConnected(client, deadline, signal).then((connected) => {
        failed += connected ? 0 : 1;
        if (!connected && failed < clients.length) {
          startNext();
          return;
        }
        clearTimeout(headStart);
        resolve({ client, connected });
      });
    };
    startNext();
  });
}

async function isConnected(client: Client, deadline: number, signal: AbortSignal): Promise<boolean> {
  const channel = client.getChannel();
  while (!signal.aborted) {
    const state = channel.getConnectivityState(true);
    if (state === connectivityState.READY) return true;
    if (state === connectivityState.TRANSIENT_FAILURE || state === connectivityState.SHUTDOWN) return false;
    const changed = await new Promise<boolean>((resolve) => {
      signal.addEventListener('abort', () => resolve(false), { once: true });
      channel.watchConnectivityState(state, deadline, (tooLate) => resolve(tooLate === undefined));
    });
    if (!changed) return false;
  }
  return false;
}
