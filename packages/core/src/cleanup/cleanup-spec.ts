import { flat } from '../text/flat.js';

/** A callback over HTTP: one POST per attempt. */
export interface HttpTarget {
  readonly kind: 'http';
  /** Absolute `http:` or `https:` URL without credentials. */
  readonly url: string;
  /** Sent with each attempt. Secrets: never logged, never listed. Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  /** Whether a 404 means that the object is gone (done) rather than that the endpoint is wrong (retried). */
  readonly notFoundIsDone: boolean;
}

/** A callback over gRPC: one `lease.v1.CleanupHandlerService/Cleanup` call per attempt. */
export interface GrpcTarget {
  readonly kind: 'grpc';
  /** `host:port`. */
  readonly address: string;
  readonly tls: boolean;
}

/** The function that the embedding process registered for the object's type. Cannot be asked for over the wire. */
export interface HandlerTarget {
  readonly kind: 'handler';
}

export type CleanupTarget = HttpTarget | GrpcTarget | HandlerTarget;

/** How often and how patiently a cleanup is attempted. */
export interface RetryPolicy {
  /** Attempts that may be spent: answered ones and those that may have reached the endpoint. 1 to 100, default 15. */
  readonly maxAttempts: number;
  /** Upper bound of the first pause; doubles with each attempt. 100 ms to 1 h, default 1 s. */
  readonly initialBackoffMs: number;
  /** Upper bound of every pause. `initialBackoffMs` to 24 h, default 1 h. */
  readonly maxBackoffMs: number;
  /** Total deadline of one attempt, the answer's body included. 100 ms to 30 s, default 10 s. */
  readonly attemptTimeoutMs: number;
}

export const DEFAULT_RETRY_POLICY: RetryPolicy = {
  maxAttempts: 15,
  initialBackoffMs: 1_000,
  maxBackoffMs: 3_600_000,
  attemptTimeoutMs: 10_000,
};

/** What to do when nobody holds the object any more. */
export interface CleanupSpec {
  readonly target: CleanupTarget;
  /** Handed to the callback unchanged. At most 16 KiB of UTF-8. */
  readonly payload: string;
  readonly retry: RetryPolicy;
}

/**
 * What attempts of different cleanups share: an HTTP origin, a gRPC address, or the handler of one object type.
 * Claims are fair between endpoints, and slots are counted per endpoint.
 */
export function endpointOf(target: CleanupTarget, objectType: string): string {
  switch (target.kind) {
    case 'http':
      return flat(new URL(target.url).origin);
    case 'grpc':
      return `${target.tls ? 'grpcs' : 'grpc'}://${target.address.toLowerCase()}`;
    case 'handler':
      return `handler:${objectType}`;
  }
}

/** What kind of target an endpoint, as {@link endpointOf} spells it, belongs to. */
export function targetKindOf(endpoint: string): CleanupTarget['kind'] {
  if (endpoint.startsWith('handler:')) return 'handler';
  return endpoint.startsWith('grpc') ? 'grpc' : 'http';
}
