import { connectivityState, type Client } from '@grpc/grpc-js';

/**
 * Waits until the channel is connected, has failed to connect, or it is too late; says whether it is connected. What is
 * known before the call need not be guessed from its status, which is UNAVAILABLE for a refused connection and for one
 * that dropped with the request in it.
 */
export async function connect(client: Client, deadline: number, signal: AbortSignal): Promise<boolean> {
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
