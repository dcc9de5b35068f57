import { decodeStrict, type Decodes } from './decode-strict.js';
import { durationToMs, msToDuration } from './duration.js';
import type { Any } from './gen/google/protobuf/any.js';
import { BadRequest, ErrorInfo, QuotaFailure, RetryInfo } from './gen/google/rpc/error_details.js';
import { Status } from './gen/google/rpc/status.js';
import { ERROR_DOMAIN } from './reasons.js';

/** Metadata key of the serialized `google.rpc.Status` that goes with a gRPC error. */
export const STATUS_DETAILS_KEY = 'grpc-status-details-bin';

/** An error as it travels: a gRPC status and what explains it. */
export interface StatusDetails {
  /** gRPC status code, 1 to 16. */
  readonly code: number;
  readonly message: string;
  /** ErrorInfo under our domain: a `Reason`, or one that only a newer server knows. */
  readonly reason?: string;
  /** ErrorInfo's metadata: figures and names that go with the reason. */
  readonly metadata?: ReadonlyMap<string, string>;
  /** BadRequest: what is wrong with the request. */
  readonly violations?: readonly Violation[];
  /** RetryInfo: when to try again, in whole milliseconds. */
  readonly retryAfterMs?: number;
  /** QuotaFailure: whose quota is used up (`subject`), and how large it is. */
  readonly quotaViolations?: readonly QuotaViolation[];
}

export interface Violation {
  /** Path in the names of the contract, e.g. `cleanup.http.url`. */
  readonly field: string;
  readonly description: string;
}

export interface QuotaViolation {
  readonly subject: string;
  readonly description: string;
}

/** The error as a message, as it stands in the answers to batches. */
export function toStatus(error: StatusDetails): Status {
  const { code, message, reason, metadata, violations = [], retryAfterMs, quotaViolations = [] } = error;
  const details: Any[] = [];
  if (reason !== undefined) {
    details.push(pack(ErrorInfo, 'ErrorInfo', { reason, domain: ERROR_DOMAIN, metadata: new Map(metadata) }));
  }
  if (violations.length > 0) {
    details.push(
      pack(BadRequest, 'BadRequest', BadRequest.fromPartial({ fieldViolations: [...violations] })),
    );
  }
  if (retryAfterMs !== undefined) {
    details.push(pack(RetryInfo, 'RetryInfo', { retryDelay: msToDuration(retryAfterMs) }));
  }
  if (quotaViolations.length > 0) {
    details.push(
      pack(QuotaFailure, 'QuotaFailure', QuotaFailure.fromPartial({ violations: [...quotaViolations] })),
    );
  }
  return { code, message, details };
}

/** What a message says; `undefined` if it is no error or a detail of a known type is garbage. Other types are passed over. */
export function fromStatus({ code, message, details }: Status): StatusDetails | undefined {
  if (code < 1 || code > 16) return undefined;
  const error: { -readonly [K in keyof StatusDetails]: StatusDetails[K] } = { code, message };
  for (const { typeUrl, value } of details) {
    switch (typeUrl.slice(typeUrl.lastIndexOf('/') + 1)) {
      case 'google.rpc.ErrorInfo': {
        const info = unpack(ErrorInfo, value);
        if (info === undefined) return undefined;
        if (info.domain !== ERROR_DOMAIN) break;
        error.reason = info.reason;
        error.metadata = info.metadata;
        break;
      }
      case 'google.rpc.BadRequest': {
        const violations = unpack(BadRequest, value)?.fieldViolations;
        if (violations === undefined) return undefined;
        error.violations = violations.map(({ field, description }) => ({ field, description }));
        break;
      }
      case 'google.rpc.RetryInfo': {
        const delay = unpack(RetryInfo, value)?.retryDelay;
        const retry = delay && durationToMs(delay);
        if (retry === undefined || 'refusal' in retry) return undefined;
        error.retryAfterMs = retry.ms;
        break;
      }
      case 'google.rpc.QuotaFailure': {
        const violations = unpack(QuotaFailure, value)?.violations;
        if (violations === undefined) return undefined;
        error.quotaViolations = violations.map(({ subject, description }) => ({ subject, description }));
        break;
      }
    }
  }
  return error;
}

/** The value of {@link STATUS_DETAILS_KEY}. A header: keep it to a few KiB, many gRPC clients take no more than 8. */
export function encodeStatusDetails(error: StatusDetails): Buffer {
  return Buffer.from(Status.encode(toStatus(error)).finish());
}

/** The inverse of {@link encodeStatusDetails}. `undefined` for garbage; never throws. */
export function decodeStatusDetails(bytes: Uint8Array): StatusDetails | undefined {
  const status = unpack(Status, bytes);
  return status && fromStatus(status);
}

interface Codec<T> extends Decodes<T> {
  encode(message: T): { finish(): Uint8Array };
}

function pack<T>(codec: Codec<T>, name: string, message: T): Any {
  const value = Buffer.from(codec.encode(message).finish());
  return { typeUrl: `type.googleapis.com/google.rpc.${name}`, value };
}

function unpack<T>(codec: Codec<T>, bytes: Uint8Array): T | undefined {
  const decoded = decodeStrict(codec, bytes);
  return 'value' in decoded ? decoded.value : undefined;
}
