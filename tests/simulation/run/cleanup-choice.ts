import type { CleanupRequest, CreateLeaseRequest } from '@lease/core';
import type { CreateLease } from '@lease/client';
import type { SpecChoice, Wish } from '../plan/operations.js';
import type { World } from './world.js';

/** Bounds the last part of a run: no pause between two attempts is longer. */
export const MAX_BACKOFF_MS = 5_000;
/** And no attempt. */
export const MAX_ATTEMPT_MS = 8_000;

const TYPES = ['custom', 'blob'] as const;

function objectOf(index: number) {
  return { type: TYPES[index % 2] ?? 'custom', id: `object-${index + 1}` };
}

/** A wish as the SDK takes it. */
export function holdRequest(world: World, { object, ttlMs, cleanup }: Wish): CreateLease {
  if (cleanup === undefined) return { object: objectOf(object), ttlMs };
  const { url, payload, retry } = spec(world, cleanup);
  return { object: objectOf(object), ttlMs, cleanup: { http: { url }, payload, retry } };
}

/** A wish as the service takes it. */
export function rawRequest(world: World, serviceId: string, leaseId: string, wish: Wish): CreateLeaseRequest {
  const { object, ttlMs, cleanup } = wish;
  const request = { leaseId, serviceId, object: objectOf(object), ttlMs };
  if (cleanup === undefined) return request;
  const { url, payload, retry } = spec(world, cleanup);
  const target = { kind: 'http', url, headers: new Map<string, string>(), notFoundIsDone: false } as const;
  return { ...request, cleanup: { target, payload, retry } satisfies CleanupRequest };
}

function spec(world: World, { endpoint, payload, maxAttempts }: SpecChoice) {
  const url = world.endpoints[endpoint]?.url ?? '';
  const attemptTimeoutMs = maxAttempts % 2 === 0 ? MAX_ATTEMPT_MS : 2_000;
  return {
    url,
    payload,
    retry: { maxAttempts, initialBackoffMs: 200, maxBackoffMs: MAX_BACKOFF_MS, attemptTimeoutMs },
  };
}
