import type { CreatedLease, LeaseReading } from '../lease.js';
import type { CreateLease, ReleaseLease, RenewLease } from '../requests.js';
import type { Limits } from '../rpc/lease-channel.js';

/** An answer, and when the request that it answers was sent, on the runtime's monotonic clock. */
export type Sent<T> = T & { readonly sentAtMs: number };

/**
 * What a hold asks of the outside world, in the name of one service. Each call rejects with `LeaseError` when it was refused
 * or not answered, should give up at `timeoutMs` and when `signal` aborts, and is given up on if it does not.
 */
export interface HoldTransport {
  /** May retry within the timeout, always with the same lease id. `sentAtMs` is that of the attempt which was answered. */
  create(request: CreateLease & { readonly leaseId: string }, limits: Limits): Promise<Sent<CreatedLease>>;
  /** One try: the hold retries in its own rhythm. */
  renew(request: RenewLease, limits: Limits): Promise<Sent<LeaseReading>>;
  /** May retry within the timeout. */
  release(request: ReleaseLease, limits: Limits): Promise<LeaseReading>;
}
