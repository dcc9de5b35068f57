import { Metadata, status } from '@grpc/grpc-js';
import { REQUEST_ID_KEY } from './request-id.js';
import { encodeStatusDetails, REASON_STATUS, STATUS_DETAILS_KEY, type StatusDetails } from '@lease/protocol';

export const shuttingDown: StatusDetails = {
  code: REASON_STATUS.SHUTTING_DOWN,
  message: 'the server is shutting down: call another one, or this one again later',
  reason: 'SHUTTING_DOWN',
};

/** The caller's deadline passed before anything was done. */
export const expired: StatusDetails = {
  code: status.DEADLINE_EXCEEDED,
  message: 'the deadline passed before the call was started',
};

/** What a caller learns of an error that was thrown; `undefined`: nothing, it is a fault of ours. */
export function thrown(error: unknown): StatusDetails | undefined {
  // By name: an embedder may have loaded both builds of @lease/core.
  if (!(error instanceof Error) || error.name !== 'StoreUnavailableError') return undefined;
  return {
    code: REASON_STATUS.STORE_UNAVAILABLE,
    message: 'the store cannot be reached: a write may or may not have happened; repeat the call',
    reason: 'STORE_UNAVAILABLE',
  };
}

/** A fault of ours. What it was stands in our log alone, under this id. */
export const opaque = (requestId: string): StatusDetails => ({
  code: status.INTERNAL,
  message: `internal error in request ${requestId}`,
});

/** Bytes that are no message, or hold text that is no UTF-8. */
export function malformed({
  malformed,
  field,
}: {
  readonly malformed: string;
  readonly field: string;
}): StatusDetails {
  return {
    code: REASON_STATUS.INVALID_REQUEST,
    message: `${field === '' ? 'the request' : field} ${malformed}`,
    reason: 'INVALID_REQUEST',
    violations: [{ field, description: malformed }],
  };
}

/** An error as grpc-js sends it. */
export function serviceError(error: StatusDetails, requestId: string) {
  const metadata = new Metadata();
  metadata.set(REQUEST_ID_KEY, requestId);
  if (error.reason !== undefined) metadata.set(STATUS_DETAILS_KEY, encodeStatusDetails(error));
  // grpc-js percent-encodes with encodeURI, which throws on a lone surrogate, outside of any handler.
  const details = Buffer.from(error.message).toString();
  return { code: error.code, details, metadata };
}
