import { randomUUID } from 'node:crypto';
import { canary } from './canaries.mjs';
import type { RunningMock, WireObject } from './mock.js';

/** An object that no other test has. */
export function anObject(type = 'temporary-file'): WireObject {
  return { type, id: `${type}-${randomUUID()}` };
}

/** A duration as the contract writes it. */
export function duration(ms: number): { seconds: number; nanos: number } {
  return { seconds: Math.floor(ms / 1_000), nanos: (ms % 1_000) * 1_000_000 };
}

/** A CreateLeaseRequest in the names of the contract: a fresh lease of 60 s on a fresh object, unless told otherwise. */
export function aLease({
  ttlMs = 60_000,
  ...fields
}: { readonly ttlMs?: number; readonly [field: string]: unknown } = {}) {
  return {
    ...{ lease_id: randomUUID(), object: anObject(), service_id: 'tests', ttl: duration(ttlMs) },
    metadata: { owner: canary('lease metadata') },
    ...fields,
  };
}

/** The retries of tests: a first one at once, and no long waits. */
export const quickRetry = {
  initial_backoff: duration(100),
  max_backoff: duration(200),
  attempt_timeout: duration(5_000),
};

/** A CleanupSpec that calls the mock over HTTP. */
export function httpCleanup(
  mock: RunningMock,
  fields: { readonly path?: string; readonly [field: string]: unknown } = {},
) {
  const { path = `/cleanup?key=${canary('callback query')}`, ...rest } = fields;
  const headers = { authorization: `Bearer ${canary('callback header')}` };
  return {
    ...{ http: { url: mock.http + path, headers }, payload: canary('callback payload'), retry: quickRetry },
    ...rest,
  };
}

/** A CleanupSpec that calls the mock over gRPC. */
export function grpcCleanup(mock: RunningMock, fields: Readonly<Record<string, unknown>> = {}) {
  return { grpc: { address: mock.grpc }, payload: canary('callback payload'), retry: quickRetry, ...fields };
}
