import type { IncomingHttpHeaders } from 'node:http';
import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import { callbackSigner, egressGuard, HttpExecutor } from '../../src/http/index.js';
import { bodyOf, httpClaim, startEndpoint } from './endpoint.js';

const OLD = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
const NEW = `whsec_${Buffer.alloc(32, 2).toString('base64')}`;
const OTHER = `whsec_${Buffer.alloc(32, 3).toString('base64')}`;

/** What a real endpoint got of one attempt, by a real executor. */
async function sent(secrets: readonly string[], metadata: readonly (readonly [string, string])[] = []) {
  let got: { readonly headers: IncomingHttpHeaders; readonly body: string } | undefined;
  const endpoint = await startEndpoint((request, response) => {
    void bodyOf(request).then((body) => {
      got = { headers: request.headers, body };
      response.end();
    });
  });
  const guard = egressGuard({ allowLoopback: true });
  const executor = new HttpExecutor({
    guard,
    ...(secrets.length > 0 && { signCallback: callbackSigner({ secrets }) }),
  });
  const claim = httpClaim(endpoint.url, { metadata: new Map(metadata) });
  const result = await executor.execute(claim, new AbortController().signal);
  await executor.close();
  await endpoint.close();
  expect(result).toMatchObject({ kind: 'done' });
  if (got === undefined) throw new Error('nothing was sent');
  return { ...got, claim };
}

const verify = (secret: string, { body, headers }: Awaited<ReturnType<typeof sent>>) =>
  new Webhook(secret).verify(body, headers as Record<string, string>);

describe('a callback that the HTTP executor sends', () => {
  test('is verified by the standardwebhooks package', async () => {
    const callback = await sent(
      [NEW],
      [
        ['ü\u{1f9f9}', '\u0000"\\'],
        ['__proto__', 'p'],
      ],
    );
    expect(verify(NEW, callback)).toEqual(JSON.parse(callback.body));
    expect(callback.headers['webhook-id']).toBe(callback.claim.cleanupId);
    expect(callback.headers).toMatchObject({ 'lease-cleanup-id': callback.claim.cleanupId });
  });

  test('is verified with the old and with the new secret while both sign, and with no other', async () => {
    const callback = await sent([NEW, OLD]);
    expect(() => verify(NEW, callback)).not.toThrow();
    expect(() => verify(OLD, callback)).not.toThrow();
    expect(() => verify(OTHER, callback)).toThrow(WebhookVerificationError);
    const after = await sent([NEW]);
    expect(() => verify(OLD, after)).toThrow(WebhookVerificationError);
  });

  test('is no longer verified once a byte of it has changed', async () => {
    const callback = await sent([NEW]);
    expect(() => verify(NEW, { ...callback, body: `${callback.body} ` })).toThrow(WebhookVerificationError);
  });

  test('has none of these headers without a secret', async () => {
    const { headers } = await sent([]);
    expect(Object.keys(headers).filter((name) => name.startsWith('webhook-'))).toEqual([]);
  });
});
