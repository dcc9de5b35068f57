import { status } from '@grpc/grpc-js';

/** The domain of every ErrorInfo that Lease sends. */
export const ERROR_DOMAIN = 'lease.v1';

/** Every reason for which Lease refuses a call, and the gRPC status that goes with it. The only such table. */
export const REASON_STATUS = {
  INVALID_REQUEST: status.INVALID_ARGUMENT,
  CLEANUP_TARGET_FORBIDDEN: status.INVALID_ARGUMENT,
  LEASE_NOT_FOUND: status.NOT_FOUND,
  CLEANUP_NOT_FOUND: status.NOT_FOUND,
  LEASE_ID_TAKEN: status.ALREADY_EXISTS,
  NOT_LEASE_HOLDER: status.PERMISSION_DENIED,
  LEASE_ENDED: status.FAILED_PRECONDITION,
  CLEANUP_OWNED: status.FAILED_PRECONDITION,
  CLEANUP_NOT_ABANDONED: status.FAILED_PRECONDITION,
  OBJECT_BEING_COLLECTED: status.ABORTED,
  LEASE_QUOTA_EXCEEDED: status.RESOURCE_EXHAUSTED,
  OVERLOADED: status.RESOURCE_EXHAUSTED,
  STORE_UNAVAILABLE: status.UNAVAILABLE,
  SHUTTING_DOWN: status.UNAVAILABLE,
} as const satisfies Readonly<Record<string, status>>;

/** Why a call was refused: what ErrorInfo says under {@link ERROR_DOMAIN}. */
export type Reason = keyof typeof REASON_STATUS;

/** Whether this version knows the reason. A newer server may send others. */
export function isReason(text: string): text is Reason {
  return Object.hasOwn(REASON_STATUS, text);
}
