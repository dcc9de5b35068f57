import { connectivityState, type Client } from '@grpc/grpc-js';

/** As long as a client may try alone before the next one tries as well (RFC 8305). */
const HEAD_START_MS = 250;

/**
 * Waits until one of the clients is connected, all have failed to connect, or it is too late: unset. What is known before
 * the call need not be guessed from its status, which is UNAVAILABLE for a refused connection and for one that dropped
 * with the request in it. `failed` is told of each client as soon as it has failed, while its next call would fail, too; of
 * none once this is settled.
 */
export function connect(
  clients: readonly [Client, ...Client[]],
  deadline: number,
  signal: AbortSignal,
  failed: (client: Client) => void,
): Promise<Client | undefined> {
  const ready = clients.find(
    (client) => client.getChannel().getConnectivityState(false) === connectivityState.READY,
  );
  if (ready) return Promise.resolve(ready);
  return new Promise((resolve) => {
    // Of this race alone: who has lost it looks no more at a channel that may be lent to others by then, or closed.
    const race = new AbortController();
    const stop = () => race.abort();
    signal.addEventListener('abort', stop);
    if (signal.aborted) stop();
    const waiting = [...clients];
    let trying = 0;
    let decided = false;
    let headStart: NodeJS.Timeout | undefined;
    const decide = (winner?: Client) => {
      decided = true;
      clearTimeout(headStart);
      signal.removeEventListener('abort', stop);
      race.abort();
      resolve(winner);
    };
    const tryNext = () => {
      clearTimeout(headStart);
      const client = waiting.shift();
      if (!client) return;
      trying += 1;
      headStart = setTimeout(tryNext, HEAD_START_MS);
      void isConnected(client, deadline, race.signal).then((connected) => {
        // A failure that is told now would be a call of its own, for an attempt that has one.
        if (decided) return;
        trying -= 1;
        if (!connected) failed(client);
        if (!connected && trying + waiting.length > 0) tryNext();
        else decide(connected ? client : undefined);
      });
    };
    tryNext();
  });
}

async function isConnected(client: Client, deadline: number, signal: AbortSignal): Promise<boolean> {
  const channel = client.getChannel();
  while (!signal.aborted) {
    // Looked at before it is asked to connect: one that is closed would come to life again.
    if (channel.getConnectivityState(false) === connectivityState.SHUTDOWN) return false;
    const state = channel.getConnectivityState(true);
    if (state === connectivityState.READY) return true;
    if (state === connectivityState.TRANSIENT_FAILURE) return false;
    const changed = await new Promise<boolean>((resolve) => {
      signal.addEventListener('abort', () => resolve(false), { once: true });
      channel.watchConnectivityState(state, deadline, (tooLate) => resolve(tooLate === undefined));
    });
    if (!changed) return false;
  }
  return false;
}
