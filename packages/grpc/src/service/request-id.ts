import { randomUUID } from 'node:crypto';
import type { Metadata } from '@grpc/grpc-js';

/**
 * The metadata key under which a caller may name its call, and under which every error is answered with that name or, for want
 * of one, with one that was drawn. It stands in the log beside what went wrong.
 */
export const REQUEST_ID_KEY = 'lease-request-id';

/** Goes into logs and answers as it is. */
const REQUEST_ID = /^[\w.:-]{1,64}$/;

/** What the call is called. A name that is none is passed over. */
export function requestIdOf(metadata: Metadata): string {
  const [given] = metadata.get(REQUEST_ID_KEY);
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
}
