import { createHmac } from 'node:crypto';
import type { Clock } from '../clock/clock.js';
import { systemClock } from '../clock/system-clock.js';
import { signingKeys } from './signing-keys.js';

/** What proves to an endpoint that a callback is ours, and when it was sent: headers of HTTP, metadata of gRPC. */
export interface SignatureHeaders {
  readonly 'webhook-id': string;
  readonly 'webhook-timestamp': string;
  readonly 'webhook-signature': string;
}

/** Signs one attempt, now. `body`: the bytes that are sent, since the endpoint verifies what it got. */
export type CallbackSigner = (cleanupId: string, body: Uint8Array) => SignatureHeaders;

export interface CallbackSignerOptions {
  /**
   * Each `whsec_` and 24 to 64 bytes in base64; 1 to 8. All of them sign, so that a secret can be replaced while endpoints
   * know only the old one, or only the new one.
   */
  readonly secrets: readonly string[];
  /** Default: the process's own time. */
  readonly clock?: Pick<Clock, 'wallMs'>;
}

/**
 * Signs as Standard Webhooks 1.0.0 has it (github.com/standard-webhooks/standard-webhooks): HMAC-SHA256 over
 * `id.timestamp.body`. Throws RangeError for secrets that are none; it does not show them.
 */
export function callbackSigner({ secrets, clock = systemClock }: CallbackSignerOptions): CallbackSigner {
  const keys = signingKeys(secrets);
  return (cleanupId, body) => {
    const timestamp = String(Math.floor(clock.wallMs() / 1_000));
    const signatures = keys.map((key) => {
      const hmac = createHmac('sha256', key).update(`${cleanupId}.${timestamp}.`).update(body);
      return `v1,${hmac.digest('base64')}`;
    });
    return {
      'webhook-id': cleanupId,
      'webhook-timestamp': timestamp,
      'webhook-signature': signatures.join(' '),
    };
  };
}
