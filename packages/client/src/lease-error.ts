import { status } from '@grpc/grpc-js';
import type { Reason } from '@lease/protocol';

/** The name of a gRPC status, e.g. `NOT_FOUND`. */
export type StatusName = keyof typeof status;

/** One thing wrong with a request. */
export interface FieldViolation {
  /** Path in the names of the wire contract, e.g. `cleanup.http.url`. */
  readonly field: string;
  /** What is wrong, and what would be right. */
  readonly description: string;
}

export interface LeaseErrorOptions extends ErrorOptions {
  readonly code: StatusName;
  readonly message: string;
  readonly reason?: Reason | undefined;
  readonly violations?: readonly FieldViolation[] | undefined;
  readonly retryAfterMs?: number | undefined;
}

/** A call that was refused, or that nobody answered. */
export class LeaseError extends Error {
  override readonly name = 'LeaseError';
  /** Why the server refused: it did, and nothing changed, unless `code` is `UNAVAILABLE`. Unset: a fault, or no answer. */
  readonly reason: Reason | undefined;
  /** `UNAVAILABLE` and `DEADLINE_EXCEEDED`: the call may or may not have happened. */
  readonly code: StatusName;
  /** What is wrong with the request; empty if something else is. */
  readonly violations: readonly FieldViolation[];
  /** When it is worth trying again, if the server said so. */
  readonly retryAfterMs: number | undefined;

  constructor({ code, message, reason, violations = [], retryAfterMs, cause }: LeaseErrorOptions) {
    super(message, cause === undefined ? {} : { cause });
    this.code = code;
    this.reason = reason;
    this.violations = violations;
    this.retryAfterMs = retryAfterMs;
  }
}

/** The name of a status code; `UNKNOWN` for a number that gRPC does not define. */
export function statusName(code: number): StatusName {
  // A numeric enum maps back to its names.
  return (status as Record<number, StatusName | undefined>)[code] ?? 'UNKNOWN';
}

/**
 * Whether the refusal is about a moment: an attempt to collect the object is under way, or may still arrive. A lease on it can
 * be taken when that attempt was answered. `retryAfterMs` says when to ask again.
 */
export function passesByItself({ reason }: LeaseError): boolean {
  return reason === 'OBJECT_BEING_COLLECTED';
}
