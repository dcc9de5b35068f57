import { elementsOf, RawError } from '../helpers/raw-error.js';
import type { RawClient } from '../helpers/raw-client.js';
import type { RawLease } from '../helpers/raw-messages.js';

const BATCH = 500;

/**
 * Takes so many leases, 500 a call. Each request is made when its batch is sent, so that a TTL can be what is left until an
 * instant. Throws if one is refused.
 */
export async function takeLeases(
  client: RawClient,
  count: number,
  request: (index: number) => object,
  onBatch: (from: number, requests: readonly object[]) => Promise<unknown> = () => Promise.resolve(),
): Promise<readonly RawLease[]> {
  const leases: RawLease[] = [];
  while (leases.length < count) {
    const from = leases.length;
    const size = Math.min(BATCH, count - from);
    const requests = Array.from({ length: size }, (_, at) => request(from + at));
    for (const element of elementsOf(await client.call('BatchCreateLeases', { requests }, 30_000))) {
      if (element instanceof RawError) throw element;
      leases.push(element);
    }
    await onBatch(from, requests);
  }
  return leases;
}
