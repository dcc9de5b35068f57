import type { ConnectionOptions } from './connection-options.js';

/** Contradictions throw TypeError when the client is made. */
export interface LeaseClientOptions extends ConnectionOptions {
  /** The holder's identity: all leases of this client are taken, renewed and released in its name. 1 to 128 bytes. */
  readonly serviceId: string;
}

/** Throws TypeError if it is none. */
export function checkServiceId(serviceId: unknown): string {
  if (typeof serviceId === 'string' && serviceId !== '' && !/\p{Surrogate}/u.test(serviceId))
    return serviceId;
  throw new TypeError('serviceId must be a non-empty string of well-formed Unicode');
}
