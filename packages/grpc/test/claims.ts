import { type CleanupClaim, type CleanupTarget, DEFAULT_RETRY_POLICY } from '@lease/core';
import { egressGuard } from '@lease/core/http';

export const LEASE = '11111111-1111-4111-8111-111111111111';
export const LAST_LEASE = '22222222-2222-4222-8222-222222222222';
export const CLEANUP = '33333333-3333-4333-8333-333333333333';

/** Lets everything on loopback be called, and names that do not exist. */
export const local = egressGuard({ allowLoopback: true, allow: ['.invalid'] });

/** A claim on a cleanup with this target. */
export function claimOf(target: CleanupTarget, attemptTimeoutMs = 5_000): CleanupClaim {
  return {
    cleanupId: CLEANUP,
    object: { type: 'blob', id: 'b/1' },
    generation: 2 ** 52 + 1,
    fence: 2 ** 52 + 3,
    attempt: 7,
    reason: 'EXPIRED',
    dueTime: 1_767_225_600_123,
    lastLeaseId: LAST_LEASE,
    leaseId: LEASE,
    serviceId: 'service-a',
    metadata: new Map([['__proto__', 'kept']]),
    spec: { target, payload: '{"p":1}', retry: { ...DEFAULT_RETRY_POLICY, attemptTimeoutMs } },
    endpoint: 'grpc://unused',
  };
}

export function grpcClaim(
  address: string,
  options: { tls?: boolean; timeoutMs?: number } = {},
): CleanupClaim {
  return claimOf({ kind: 'grpc', address, tls: options.tls ?? false }, options.timeoutMs);
}
