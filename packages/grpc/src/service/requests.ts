import type {
  CleanupRequest,
  CleanupTarget,
  CreateLeaseRequest,
  Disposition,
  LeaseState,
  ListLeasesRequest,
  ReleaseLeaseRequest,
  RenewLeaseRequest,
  RetryPolicy,
} from '@lease/core';
import * as wire from '@lease/protocol';

/*
 * Messages as requests of the service. Nothing is refused here: the service checks at run time what its types promise, so
 * what only the wire can say (an unknown enum number, no target) is passed on, cast, and refused there, together with all
 * else that is wrong.
 */

export function createRequest(message: wire.CreateLeaseRequest): CreateLeaseRequest {
  const { leaseId, object, serviceId, ttl, metadata, cleanup } = message;
  return {
    ...(leaseId !== '' && { leaseId }),
    object: { type: object?.type ?? '', id: object?.id ?? '' },
    serviceId,
    ...(ttl !== undefined && { ttlMs: milliseconds(ttl) }),
    metadata,
    ...(cleanup !== undefined && { cleanup: cleanupRequest(cleanup) }),
  };
}

export function renewRequest({ leaseId, serviceId, ttl }: wire.RenewLeaseRequest): RenewLeaseRequest {
  return { leaseId, serviceId, ...(ttl !== undefined && { ttlMs: milliseconds(ttl) }) };
}

export function releaseRequest(message: wire.ReleaseLeaseRequest): ReleaseLeaseRequest {
  const { leaseId, serviceId, disposition } = message;
  if (disposition === wire.Disposition.UNSPECIFIED) return { leaseId, serviceId };
  return {
    leaseId,
    serviceId,
    disposition: DISPOSITIONS.get(disposition) ?? (String(disposition) as Disposition),
  };
}

export function listRequest(message: wire.ListLeasesRequest): ListLeasesRequest {
  const { serviceId, objectType, objectId, state, pageSize, pageToken } = message;
  return {
    ...(serviceId !== '' && { serviceId }),
    ...(objectType !== '' && { objectType }),
    ...(objectId !== '' && { objectId }),
    ...(state !== wire.LeaseState.UNSPECIFIED && {
      state: STATES.get(state) ?? (String(state) as LeaseState),
    }),
    pageSize,
    ...(pageToken !== '' && { pageToken }),
  };
}

const DISPOSITIONS = new Map<wire.Disposition, Disposition>([
  [wire.Disposition.COLLECT, 'COLLECT'],
  [wire.Disposition.KEEP, 'KEEP'],
]);

const STATES = new Map<wire.LeaseState, LeaseState>([
  [wire.LeaseState.ACTIVE, 'ACTIVE'],
  [wire.LeaseState.EXPIRED, 'EXPIRED'],
  [wire.LeaseState.RELEASED, 'RELEASED'],
]);

function cleanupRequest({ target, payload, retry }: wire.CleanupSpec): CleanupRequest {
  return { target: cleanupTarget(target), payload, ...(retry && { retry: retryPolicy(retry) }) };
}

function cleanupTarget(target: wire.CleanupSpec['target']): CleanupTarget {
  switch (target?.$case) {
    case 'http': {
      const { url, headers, notFoundIsDone } = target.value;
      return { kind: 'http', url, headers, notFoundIsDone };
    }
    case 'grpc': {
      const { address, tls } = target.value;
      return { kind: 'grpc', address, tls };
    }
    case undefined:
      return undefined as unknown as CleanupTarget;
  }
}

function retryPolicy(retry: wire.RetryPolicy): Partial<RetryPolicy> {
  const { maxAttempts, initialBackoff, maxBackoff, attemptTimeout } = retry;
  return {
    ...(maxAttempts !== undefined && { maxAttempts }),
    ...(initialBackoff && { initialBackoffMs: milliseconds(initialBackoff) }),
    ...(maxBackoff && { maxBackoffMs: milliseconds(maxBackoff) }),
    ...(attemptTimeout && { attemptTimeoutMs: milliseconds(attemptTimeout) }),
  };
}

/** A duration that is none, negative or too long becomes a number that no bounds of the service admit. */
export function milliseconds(duration: wire.Duration): number {
  const exact = wire.durationToMs(duration);
  if ('ms' in exact) return exact.ms;
  const ms = Number(duration.seconds) * 1_000 + duration.nanos / 1_000_000;
  return ms < 0 || ms > Number.MAX_SAFE_INTEGER ? ms : NaN;
}
