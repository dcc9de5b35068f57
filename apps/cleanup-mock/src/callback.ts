import { CleanupReason, type CleanupRequest } from '@lease/protocol';

/**
 * What a callback carries, under the names of the wire contract. Over HTTP it is the body as it came, whatever else is in
 * it; over gRPC the request's fields. Only the three that the mock itself goes by are checked.
 */
export interface Callback {
  readonly cleanup_id: string;
  readonly object_type: string;
  readonly object_id: string;
  readonly [field: string]: unknown;
}

/** Reads an HTTP body. A string says what is wrong with it. */
export function parseCallback(text: string): Callback | string {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return 'the body is no JSON';
  }
  return isCallback(body) ? body : 'the body lacks cleanup_id, object_type or object_id';
}

/** A gRPC request as the body of the HTTP callback would have it, so that calls of both protocols read alike. */
export function callbackOf(request: CleanupRequest): Callback {
  return {
    lease_id: request.leaseId,
    service_id: request.serviceId,
    metadata: Object.fromEntries(request.metadata),
    payload: request.payload,
    object_id: request.objectId,
    object_type: request.objectType,
    last_lease_id: request.lastLeaseId,
    reason: CleanupReason[request.reason],
    due_time: request.dueTime?.toISOString(),
    cleanup_id: request.cleanupId,
    // Below 2^53 by contract.
    generation: Number(request.generation),
    fence: Number(request.fence),
    attempt: request.attempt,
  };
}

function isCallback(body: unknown): body is Callback {
  return (
    typeof body === 'object' &&
    body !== null &&
    'cleanup_id' in body &&
    typeof body.cleanup_id === 'string' &&
    'object_type' in body &&
    typeof body.object_type === 'string' &&
    'object_id' in body &&
    typeof body.object_id === 'string'
  );
}
