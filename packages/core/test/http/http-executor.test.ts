import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { egressGuard, type EgressGuard, HttpExecutor } from '../../src/http/index.js';
import { bodyOf, httpClaim, startEndpoint } from './endpoint.js';
import { eachTest, type Fixture } from './fixture.js';
import { selfSigned } from './self-signed.js';

let on: Fixture;
eachTest((fixture) => (on = fixture));

describe('HttpExecutor', () => {
  test('posts the callback once, with its headers and the user’s', async () => {
    let body = '';
    const endpoint = await on.opened(
      startEndpoint((request, response) => {
        void bodyOf(request).then((text) => {
          body = text;
          response.end('bye');
        });
      }),
    );
    const claim = httpClaim(`${endpoint.url}?a=b%20c`);
    const target = {
      ...claim.spec.target,
      kind: 'http',
      url: `${endpoint.url}?a=b%20c`,
      headers: new Map([['authorization', 'Bearer secret']]),
      notFoundIsDone: false,
    } as const;

    expect(await on.execute({ ...claim, spec: { ...claim.spec, target } })).toEqual({
      kind: 'done',
      statusCode: 200,
      detail: 'bye',
    });
    expect(endpoint.requests).toHaveLength(1);
    expect(endpoint.requests[0]).toMatchObject({ method: 'POST', url: '/cleanup?a=b%20c' });
    expect(endpoint.requests[0]?.headers).toEqual({
      host: new URL(endpoint.url).host,
      connection: 'keep-alive',
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(body)),
      authorization: 'Bearer secret',
      'lease-cleanup-id': claim.cleanupId,
      'lease-fence': String(claim.fence),
      'lease-attempt': '3',
    });
    expect(JSON.parse(body)).toMatchObject({ cleanup_id: claim.cleanupId, object_id: 'bucket/key' });
    expect(on.clock.pending).toBe(0);
  });

  test.each([
    [200, {}, { kind: 'done' }],
    [204, {}, { kind: 'done' }],
    [410, {}, { kind: 'done' }],
    [404, {}, { kind: 'retry', contact: 'answered', abandonReason: 'ENDPOINT_NOT_FOUND' }],
    [404, { 'Lease-Gone': '1' }, { kind: 'done' }],
    [400, {}, { kind: 'fail', abandonReason: 'TERMINAL_ANSWER' }],
    [409, {}, { kind: 'retry', contact: 'answered' }],
    [429, { 'Retry-After': '30' }, { kind: 'retry', contact: 'answered', retryAfterMs: 30_000 }],
    [500, {}, { kind: 'retry', contact: 'answered' }],
    [502, {}, { kind: 'retry', contact: 'unanswered' }],
    [504, {}, { kind: 'retry', contact: 'unanswered' }],
    [
      503,
      { 'lease-running': '1', 'Retry-After': '2' },
      { kind: 'retry', contact: 'unanswered', retryAfterMs: 2_000 },
    ],
    [503, { 'Retry-After': '2' }, { kind: 'retry', contact: 'answered', retryAfterMs: 2_000 }],
  ])('%i with %j', async (statusCode, headers, expected) => {
    const endpoint = await on.answering(statusCode, headers);
    expect(await on.execute(httpClaim(endpoint.url))).toMatchObject({ statusCode, ...expected });
    expect(endpoint.requests).toHaveLength(1);
  });

  test('a 404 is done if the spec says so', async () => {
    const endpoint = await on.answering(404);
    expect(await on.execute(httpClaim(endpoint.url, {}, true))).toMatchObject({
      kind: 'done',
      statusCode: 404,
    });
  });

  test.each([301, 302, 303, 307, 308])('F9: a %i is terminal and leads nowhere', async (statusCode) => {
    const trap = await on.answering(200);
    const endpoint = await on.answering(statusCode, { Location: trap.url });
    expect(await on.execute(httpClaim(endpoint.url))).toMatchObject({
      kind: 'fail',
      abandonReason: 'TERMINAL_ANSWER',
      statusCode,
    });
    expect(trap.connections()).toBe(0);
  });

  test('R15: what the endpoint says is kept to 1 KiB without control characters', async () => {
    const endpoint = await on.answering(500, {}, `\u0000bad\u001b[31m\n\u202enews ${'ü'.repeat(5_000)}`);
    const result = await on.execute(httpClaim(endpoint.url));
    expect(result.detail).toMatch(/^bad \[31m news ü+$/);
    expect(Buffer.byteLength(result.detail ?? '')).toBeGreaterThan(900);
    expect(Buffer.byteLength(result.detail ?? '')).toBeLessThanOrEqual(1_024);
  });

  test('bytes that are no UTF-8 do not matter', async () => {
    const endpoint = await on.opened(
      startEndpoint((_, response) => response.end(Buffer.from([0xff, 0x41, 0xc3]))),
    );
    expect(await on.execute(httpClaim(endpoint.url))).toMatchObject({
      kind: 'done',
      detail: '\ufffdA\ufffd',
    });
  });
});

describe('the target', () => {
  test('is judged again before each attempt', async () => {
    const endpoint = await on.answering(200);
    let guard = egressGuard({ allowLoopback: true });
    const asked: EgressGuard = { ...guard, route: (...args) => guard.route(...args) };
    on.executor = new HttpExecutor({ clock: on.clock, guard: asked });
    expect(await on.execute(httpClaim(endpoint.url))).toMatchObject({ kind: 'done' });
    guard = egressGuard({ allowLoopback: false });
    expect(await on.execute(httpClaim(endpoint.url))).toEqual({
      kind: 'fail',
      abandonReason: 'TARGET_FORBIDDEN',
      detail: 'the target is on loopback, which may be called only while every listener is on loopback',
    });
    expect(endpoint.requests).toHaveLength(1);
  });

  test('is forbidden unless somebody allowed it', async () => {
    const endpoint = await on.answering(200);
    on.executor = new HttpExecutor();
    expect(await on.execute(httpClaim(endpoint.url))).toMatchObject({ abandonReason: 'TARGET_FORBIDDEN' });
    expect(endpoint.connections()).toBe(0);
  });

  test('is forbidden if HTTP cannot carry its headers, and the value is not told', async () => {
    const endpoint = await on.answering(200);
    const headers = new Map([['authorization', 'secret\n']]);
    const target = { kind: 'http', url: endpoint.url, headers, notFoundIsDone: false } as const;
    const claim = httpClaim(endpoint.url);
    const result = await on.execute({ ...claim, spec: { ...claim.spec, target } });
    expect(result).toMatchObject({ kind: 'fail', abandonReason: 'TARGET_FORBIDDEN' });
    expect(result.detail).not.toContain('secret');
    expect(endpoint.connections()).toBe(0);
  });

  test('of another kind is left to others', async () => {
    const claim = httpClaim('http://127.0.0.1/');
    const spec = { ...claim.spec, target: { kind: 'handler' } as const };
    expect(await on.execute({ ...claim, spec })).toMatchObject({ kind: 'unstarted' });
  });

  test('must prove who it is, whatever the environment says', async () => {
    let requests = 0;
    const server = https.createServer(selfSigned, (_, response) => {
      requests++;
      response.end();
    });
    server.on('tlsClientError', () => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    await on.opened({ close: () => new Promise<void>((resolve) => server.close(() => resolve())) });
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    try {
      const { port } = server.address() as AddressInfo;
      const result = await on.execute(httpClaim(`https://127.0.0.1:${port}/`));
      expect(result).toMatchObject({ kind: 'retry', contact: 'unreached' });
      expect(result.detail).toContain('self-signed');
      expect(requests).toBe(0);
    } finally {
      delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    }
  });

  test('is called directly, whatever proxy the environment names', async () => {
    const trap = await on.answering(200);
    const endpoint = await on.answering(200);
    const saved = { ...process.env };
    for (const name of ['http_proxy', 'HTTP_PROXY', 'all_proxy', 'ALL_PROXY']) process.env[name] = trap.url;
    try {
      on.executor = new HttpExecutor({ clock: on.clock, guard: egressGuard({ allowLoopback: true }) });
      expect(await on.execute(httpClaim(endpoint.url))).toMatchObject({ kind: 'done' });
      expect(trap.connections()).toBe(0);
    } finally {
      process.env = saved;
    }
  });
});
