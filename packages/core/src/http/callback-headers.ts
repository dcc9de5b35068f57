import type { OutgoingHttpHeaders } from 'node:http';
import type { HttpTarget } from '../cleanup/cleanup-spec.js';
import type { CleanupClaim } from '../cleanup/cleanup.js';

/** The user's headers, and over them ours: the service lets no user set these, and if one did, ours would win. */
export function callbackHeaders(target: HttpTarget, claim: CleanupClaim, body: Buffer): OutgoingHttpHeaders {
  return {
    ...Object.fromEntries(target.headers),
    'content-type': 'application/json',
    'content-length': body.byteLength,
    'lease-cleanup-id': claim.cleanupId,
    'lease-fence': claim.fence,
    'lease-attempt': claim.attempt,
  };
}
