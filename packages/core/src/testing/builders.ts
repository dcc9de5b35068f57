import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { CleanupSpec, RetryPolicy } from '../cleanup/cleanup-spec.js';
import { DEFAULT_RETRY_POLICY, endpointOf } from '../cleanup/cleanup-spec.js';
import type { ObjectRef } from '../lease/object-ref.js';
import type { CleanupGrant, CreateLease } from '../store/lease-verbs.js';
import { canonical } from './canonical.js';

/** The object `custom/<id>`, or of another type. */
export function objectRef(id: string, type = 'custom'): ObjectRef {
  return { type, id };
}

/** A cleanup by HTTP. Unset: a loopback URL, no headers, no payload, the default retry policy. */
export function httpCleanup(
  options: {
    readonly url?: string;
    readonly headers?: ReadonlyMap<string, string>;
    readonly notFoundIsDone?: boolean;
    readonly payload?: string;
    readonly retry?: Partial<RetryPolicy>;
  } = {},
): CleanupSpec {
  const { url = 'http://127.0.0.1:8080/cleanup', headers = new Map(), notFoundIsDone = false } = options;
  return {
    target: { kind: 'http', url, headers, notFoundIsDone },
    payload: options.payload ?? '',
    retry: { ...DEFAULT_RETRY_POLICY, ...options.retry },
  };
}

/** A cleanup by gRPC. Unset: a loopback address without TLS, no payload, the default retry policy. */
export function grpcCleanup(
  options: {
    readonly address?: string;
    readonly tls?: boolean;
    readonly payload?: string;
    readonly retry?: Partial<RetryPolicy>;
  } = {},
): CleanupSpec {
  const { address = '127.0.0.1:50052', tls = false, payload = '' } = options;
  return {
    target: { kind: 'grpc', address, tls },
    payload,
    retry: { ...DEFAULT_RETRY_POLICY, ...options.retry },
  };
}

/** A cleanup by a function of the embedding process. */
export function handlerCleanup(
  options: { readonly payload?: string; readonly retry?: Partial<RetryPolicy> } = {},
): CleanupSpec {
  return {
    target: { kind: 'handler' },
    payload: options.payload ?? '',
    retry: { ...DEFAULT_RETRY_POLICY, ...options.retry },
  };
}

/** A cleanup as a create hands it to a store: with its endpoint and its hash. */
export function cleanupGrant(spec: CleanupSpec, object: ObjectRef): CleanupGrant {
  return { spec, endpoint: endpointOf(spec.target, object.type), hash: hashOf(spec) };
}

/** What a {@link createCommand} is made of. Only the id has no default. */
export interface CreateCommandParts {
  readonly leaseId: string;
  /** Default: an object of its own, named after the lease. */
  readonly object?: ObjectRef;
  /** Default `service-a`. */
  readonly serviceId?: string;
  /** Default 10 s. */
  readonly ttlMs?: number;
  readonly metadata?: ReadonlyMap<string, string>;
  /** Default: none. */
  readonly cleanup?: CleanupSpec;
  /** Default 10,000. */
  readonly maxActive?: number;
}

/** A validated create, as LeaseService would hand it to a store: equal parts give an equal request hash. */
export function createCommand(parts: CreateCommandParts): CreateLease {
  const { leaseId, object = objectRef(leaseId), serviceId = 'service-a', ttlMs = 10_000 } = parts;
  const { metadata = new Map<string, string>(), maxActive = 10_000 } = parts;
  const cleanup = parts.cleanup && cleanupGrant(parts.cleanup, object);
  const requestHash = hashOf([object, serviceId, ttlMs, metadata, cleanup?.hash]);
  const command = { leaseId, requestHash, object, serviceId, ttlMs, metadata, maxActive };
  return cleanup ? { ...command, cleanup } : command;
}

function hashOf(value: unknown): string {
  return bytesToHex(sha256(utf8ToBytes(canonical(value))));
}
