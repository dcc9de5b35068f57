import { LeaseError } from '../lease-error.js';

/** No renewal of the lease will ever succeed. */
export function isFinal(error: unknown): boolean {
  switch (error instanceof LeaseError && error.reason) {
    case 'LEASE_ENDED':
    case 'LEASE_NOT_FOUND':
    case 'NOT_LEASE_HOLDER':
      return true;
    default:
      return false;
  }
}

/** Whether the call was perhaps carried out, or will be when it is repeated. A refusal stands. */
export function mayHaveHappened(error: unknown): boolean {
  if (!(error instanceof LeaseError)) return true;
  return ['UNAVAILABLE', 'DEADLINE_EXCEEDED', 'RESOURCE_EXHAUSTED', 'CANCELLED'].includes(error.code);
}
