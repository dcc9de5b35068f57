import { LeaseError } from '../lease-error.js';
import type { Limits } from '../rpc/lease-channel.js';
import type { Clock } from '../runtime.js';

/** Makes a call end in time, even if what it waits for hangs and does not listen to its signal. */
export async function within<T>(
  clock: Clock,
  { timeoutMs, signal }: Limits,
  call: (limits: Limits) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const aborter = new AbortController();
  const end = new Promise<never>((_resolve, reject) => {
    aborter.signal.addEventListener('abort', () => reject(aborter.signal.reason as Error), { once: true });
  });
  const onAbort = () => aborter.abort(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  const cancel = clock.schedule(timeoutMs, () => {
    aborter.abort(new LeaseError({ code: 'DEADLINE_EXCEEDED', message: `no answer within ${timeoutMs} ms` }));
  });
  try {
    return await Promise.race([call({ timeoutMs, signal: aborter.signal }), end]);
  } finally {
    cancel();
    signal.removeEventListener('abort', onAbort);
  }
}
