import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import type { CleanupSpec, RetryPolicy } from '../cleanup/cleanup-spec.js';
import type { ObjectRef } from '../lease/object-ref.js';
import type { Metadata } from '../lease/lease.js';
import { flat } from '../text/flat.js';

/**
 * What a create asks for, its parts checked and in their one spelling. `ttlMs` and `retry` are as asked, unset where they
 * were not: a retry that reaches a server with other defaults is still the same request.
 */
interface RequestContent {
  readonly object: ObjectRef;
  readonly serviceId: string;
  readonly ttlMs: number | undefined;
  readonly metadata: Metadata;
  /** The cleanup's target and payload, see {@link hashWork}. Unset: no cleanup was asked for. */
  readonly work: string | undefined;
  readonly retry: Partial<RetryPolicy> | undefined;
}

/** Equal if and only if the requests are; the id that the lease is to have is no part of it (S12). */
export function hashRequest({ object, serviceId, ttlMs, metadata, work, retry }: RequestContent): string {
  return digest([
    'request',
    object.type,
    object.id,
    serviceId,
    ttlMs,
    sorted(metadata),
    work,
    retryParts(retry),
  ]);
}

/**
 * Equal if and only if the cleanups call the same target with the same payload. Apart from the other two, so that a
 * payload is hashed once for both: 16 KiB take 110 us.
 */
export function hashWork({ target, payload }: Pick<CleanupSpec, 'target' | 'payload'>): string {
  switch (target.kind) {
    case 'http':
      return digest(['http', target.url, sorted(target.headers), target.notFoundIsDone, payload]);
    case 'grpc':
      return digest(['grpc', target.address, target.tls, payload]);
    case 'handler':
      return digest(['handler', payload]);
  }
}

/** Equal if and only if the specs are. The policy stands in the clear: a third digest would cost 3 us a create. */
export function hashSpec(work: string, retry: RetryPolicy): string {
  return [work, ...retryParts(retry)].join(':');
}

function retryParts(retry: Partial<RetryPolicy> = {}): readonly (number | undefined)[] {
  return [retry.maxAttempts, retry.initialBackoffMs, retry.maxBackoffMs, retry.attemptTimeoutMs];
}

function sorted(map: ReadonlyMap<string, string>): readonly [string, string][] {
  const entries = [...map];
  return entries.length > 1 ? entries.sort(([a], [b]) => (a < b ? -1 : 1)) : entries;
}

const UTF8 = new TextEncoder();

/** SHA-256 in hex. JSON delimits every part, so that no two lists have the same text; an unset part is `null`. */
function digest(parts: readonly unknown[]): string {
  return flat(bytesToHex(sha256(UTF8.encode(JSON.stringify(parts)))));
}
