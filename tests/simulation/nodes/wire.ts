import { status } from '@grpc/grpc-js';
import type { CreateLeaseRequest, Lease } from '@lease/core';
import { REASON_STATUS } from '@lease/protocol';
import {
  type CreateLease,
  type Lease as HeldLease,
  LeaseError,
  type Reason,
  type StatusName,
} from '@lease/client';

/** What the gRPC layer does to requests, leases and errors on their way, without the bytes. */

export function createRequest(serviceId: string, request: CreateLease): CreateLeaseRequest {
  const { leaseId, object, ttlMs, metadata = {}, cleanup } = request;
  return {
    object,
    serviceId,
    metadata: new Map(Object.entries(metadata)),
    ...(leaseId !== undefined && { leaseId }),
    ...(ttlMs !== undefined && { ttlMs }),
    ...(cleanup?.http !== undefined && {
      cleanup: {
        target: { kind: 'http', url: cleanup.http.url, headers: new Map(), notFoundIsDone: false },
        ...(cleanup.payload !== undefined && { payload: cleanup.payload }),
        ...(cleanup.retry !== undefined && { retry: cleanup.retry }),
      },
    }),
  };
}

export function heldLease(lease: Lease): HeldLease {
  const { endTime, disposition } = lease;
  return {
    leaseId: lease.leaseId,
    object: lease.object,
    serviceId: lease.serviceId,
    state: lease.state,
    createTime: new Date(lease.createTime),
    expireTime: new Date(lease.expireTime),
    renewTime: new Date(lease.renewTime),
    ...(endTime !== undefined && { endTime: new Date(endTime) }),
    ttlMs: lease.ttlMs,
    metadata: Object.fromEntries(lease.metadata),
    renewalCount: lease.renewalCount,
    generation: lease.generation,
    ...(disposition !== undefined && { disposition }),
    hasCleanup: lease.hasCleanup,
  };
}

export function leaseError(reason: Reason, retryAfterMs?: number): LeaseError {
  return new LeaseError({
    code: status[REASON_STATUS[reason]] as StatusName,
    reason,
    message: reason,
    retryAfterMs,
  });
}

export function unanswered(code: 'UNAVAILABLE' | 'DEADLINE_EXCEEDED'): LeaseError {
  return new LeaseError({ code, message: code });
}
