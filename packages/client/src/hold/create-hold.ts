import { LeaseError } from '../lease-error.js';
import { DEFAULT_TIMEOUT_MS } from '../connection-options.js';
import type { CallOptions, CreateLease } from '../requests.js';
import type { Runtime } from '../runtime.js';
import { Hold, type HoldSettings } from './hold.js';
import type { HoldTransport } from './hold-transport.js';
import { within } from './within.js';

/** The lease to take, and whom to tell how it fares. */
export type HoldOptions = CreateLease & Pick<HoldSettings, 'onStateChange'>;

/**
 * Takes a lease and holds it, over any transport and in any time: `LeaseClient.hold` is this over gRPC and the system's clock.
 *
 * Rejects with `LeaseError`. After `UNAVAILABLE` or `DEADLINE_EXCEEDED` the lease may have been taken; then it expires, since
 * nobody renews it. `LEASE_ENDED`: the given `leaseId` is that of a lease that has ended.
 */
export async function createHold(
  transport: HoldTransport,
  runtime: Runtime,
  { onStateChange, ...request }: HoldOptions,
  call: CallOptions = {},
): Promise<Hold> {
  const leaseId = request.leaseId ?? runtime.random.uuid();
  const { timeoutMs = DEFAULT_TIMEOUT_MS, signal = new AbortController().signal } = call;
  const created = await within(runtime.clock, { timeoutMs, signal }, (limits) =>
    transport.create({ ...request, leaseId }, limits),
  );
  if (created.lease.state !== 'ACTIVE') {
    throw new LeaseError({
      code: 'FAILED_PRECONDITION',
      reason: 'LEASE_ENDED',
      message: `lease ${leaseId} has ended: it is ${created.lease.state}`,
    });
  }
  return new Hold(transport, runtime, created, { timeoutMs, ...(onStateChange && { onStateChange }) });
}
