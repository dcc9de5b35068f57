import * as wire from '@lease/protocol';
import type { Disposition, LeaseState } from '../lease.js';
import type { CleanupSpec, CreateLease, ListLeases, ReleaseLease, RenewLease } from '../requests.js';
import { WireCheck } from './wire-check.js';

/** A request to create, whose idempotency key is settled (S12). */
export type IdentifiedCreate = CreateLease & { readonly leaseId: string };

export function encodeCreate(serviceId: string, request: IdentifiedCreate): wire.CreateLeaseRequest {
  const check = new WireCheck();
  const message: wire.CreateLeaseRequest = {
    leaseId: check.text('lease_id', request.leaseId),
    object: {
      type: check.text('object.type', request.object.type),
      id: check.text('object.id', request.object.id),
    },
    serviceId,
    ttl: check.duration('ttl', request.ttlMs),
    metadata: check.texts('metadata', request.metadata),
    cleanup: request.cleanup && encodeCleanup(check, request.cleanup),
  };
  check.done();
  return message;
}

export function encodeRenew(serviceId: string, request: RenewLease): wire.RenewLeaseRequest {
  const check = new WireCheck();
  const message: wire.RenewLeaseRequest = {
    leaseId: check.text('lease_id', request.leaseId),
    serviceId,
    ttl: check.duration('ttl', request.ttlMs),
  };
  check.done();
  return message;
}

export function encodeRelease(serviceId: string, request: ReleaseLease): wire.ReleaseLeaseRequest {
  const check = new WireCheck();
  const message: wire.ReleaseLeaseRequest = {
    leaseId: check.text('lease_id', request.leaseId),
    serviceId,
    disposition: DISPOSITIONS[request.disposition ?? 'COLLECT'],
  };
  check.done();
  return message;
}

export function encodeGet(leaseId: string): wire.GetLeaseRequest {
  const check = new WireCheck();
  const message: wire.GetLeaseRequest = { leaseId: check.text('lease_id', leaseId) };
  check.done();
  return message;
}

export function encodeList(filter: ListLeases, pageToken: string): wire.ListLeasesRequest {
  const check = new WireCheck();
  const message: wire.ListLeasesRequest = {
    serviceId: check.text('service_id', filter.serviceId ?? ''),
    objectType: check.text('object_type', filter.objectType ?? ''),
    objectId: check.text('object_id', filter.objectId ?? ''),
    state: filter.state === undefined ? wire.LeaseState.UNSPECIFIED : STATES[filter.state],
    pageSize: check.uint32('page_size', filter.pageSize ?? 0),
    pageToken,
  };
  check.done();
  return message;
}

const DISPOSITIONS: Readonly<Record<Disposition, wire.Disposition>> = {
  COLLECT: wire.Disposition.COLLECT,
  KEEP: wire.Disposition.KEEP,
};

const STATES: Readonly<Record<LeaseState, wire.LeaseState>> = {
  ACTIVE: wire.LeaseState.ACTIVE,
  EXPIRED: wire.LeaseState.EXPIRED,
  RELEASED: wire.LeaseState.RELEASED,
};

function encodeCleanup(check: WireCheck, spec: CleanupSpec): wire.CleanupSpec {
  const { payload = '', retry } = spec;
  return {
    target: encodeTarget(check, spec),
    payload: check.text('cleanup.payload', payload),
    retry: retry && {
      maxAttempts:
        retry.maxAttempts === undefined
          ? undefined
          : check.uint32('cleanup.retry.max_attempts', retry.maxAttempts),
      initialBackoff: check.duration('cleanup.retry.initial_backoff', retry.initialBackoffMs),
      maxBackoff: check.duration('cleanup.retry.max_backoff', retry.maxBackoffMs),
      attemptTimeout: check.duration('cleanup.retry.attempt_timeout', retry.attemptTimeoutMs),
    },
  };
}

function encodeTarget(check: WireCheck, { http, grpc }: CleanupSpec): wire.CleanupSpec['target'] {
  if (http !== undefined) {
    const value: wire.HttpTarget = {
      url: check.text('cleanup.http.url', http.url),
      headers: check.texts('cleanup.http.headers', http.headers),
      notFoundIsDone: http.notFoundIsDone ?? false,
    };
    return { $case: 'http', value };
  }
  return {
    $case: 'grpc',
    value: { address: check.text('cleanup.grpc.address', grpc.address), tls: grpc.tls ?? false },
  };
}
