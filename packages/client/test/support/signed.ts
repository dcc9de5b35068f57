import { createHmac } from 'node:crypto';

/** A secret of 32 bytes, another one for each number. */
export const secretOf = (n: number) => `whsec_${Buffer.alloc(32, n).toString('base64')}`;

/** The headers of a signed callback, made by the letter of the specification and by none of our code. */
export function signedHeaders(
  secrets: readonly string[],
  id: string,
  body: Uint8Array | string,
  timestampS = Math.floor(Date.now() / 1_000),
): Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string> {
  const signatures = secrets.map((secret) => {
    const hmac = createHmac('sha256', Buffer.from(secret.replace('whsec_', ''), 'base64'));
    return `v1,${hmac.update(`${id}.${timestampS}.`).update(body).digest('base64')}`;
  });
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestampS),
    'webhook-signature': signatures.join(' '),
  };
}
