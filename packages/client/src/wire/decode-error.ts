import { type ServiceError, status } from '@grpc/grpc-js';
import {
  decodeStatusDetails,
  fromStatus,
  isReason,
  type Status,
  STATUS_DETAILS_KEY,
  type StatusDetails,
} from '@lease/protocol';
import { LeaseError, statusName } from '../lease-error.js';

/** What a call says that failed without our doing, in our words. `address` tells who did not answer. */
export function decodeError(error: ServiceError, address: string): LeaseError {
  const [bytes] = error.metadata.get(STATUS_DETAILS_KEY);
  const details = typeof bytes === 'string' || bytes === undefined ? undefined : decodeStatusDetails(bytes);
  const code = wasDropped(error) ? 'UNAVAILABLE' : statusName(error.code);
  const message =
    details?.reason === undefined ? `${code} from ${address}: ${inShort(error)}` : error.details;
  return new LeaseError({ ...explained(details), code, message, cause: error });
}

/** Without a connection, grpc-js tells how it came to know; people want to know what to look at. */
function inShort({ details }: ServiceError): string {
  const [, cause] =
    /^No connection established\. Last error: (?:Error: )?(.*?)\. Resolution note:/s.exec(details) ?? [];
  return cause === undefined ? details : `no connection (${cause}): is lease-server running there?`;
}

/** The same for one element of a batch. */
export function decodeStatus(status: Status): LeaseError {
  return new LeaseError({
    ...explained(fromStatus(status)),
    code: statusName(status.code),
    message: status.message,
  });
}

/**
 * Whether the other side let go of the call without an answer: grpc-js says CANCELLED when a server that shuts down resets the
 * stream, and INTERNAL when a stream ends without a status.
 */
function wasDropped({ code, details }: ServiceError): boolean {
  return code === status.CANCELLED || (code === status.INTERNAL && details.startsWith('Received RST_STREAM'));
}

function explained({ reason, violations, retryAfterMs }: Partial<StatusDetails> = {}) {
  // A newer server may give reasons that this version does not know; the status code still says what to do.
  return { reason: reason !== undefined && isReason(reason) ? reason : undefined, violations, retryAfterMs };
}
