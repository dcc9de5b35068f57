import { createServer, request as httpRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type CleanupHandler, createReceiver, type ReceiverOptions } from '../../src/receiver/index.js';
import { bodyOf, cleanup, gate } from '../support/cleanups.js';
import { until } from '../support/until.js';

const servers: Server[] = [];
const listening = async (options: ReceiverOptions) => {
  const receiver = createReceiver(options);
  const server = createServer(receiver.nodeHandler);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { receiver, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/anything` };
};
const handled = () => vi.fn<CleanupHandler>(() => Promise.resolve());

const post = (url: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

describe('a callback', () => {
  it('reaches the handler with all its fields, and is answered 200', async () => {
    const onCleanup = handled();
    const { url } = await listening({ onCleanup });
    const sent = cleanup({
      reason: 'RELEASED',
      payload: '\u{1f9f9}"\\\u0000',
      metadata: { ['__proto__']: 'p', constructor: 'c' },
    });
    const answer = await post(url, { ...bodyOf(sent), something_new: true });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('application/json');
    await expect(answer.json()).resolves.toEqual({ outcome: 'done' });
    const [received] = onCleanup.mock.calls[0] ?? [];
    expect(received).toEqual({ ...sent, metadata: expect.anything() as unknown });
    expect(Object.entries(received?.metadata ?? {})).toEqual([
      ['__proto__', 'p'],
      ['constructor', 'c'],
    ]);
    expect(received?.dueTime.toISOString()).toBe('2026-11-22T12:00:00.123Z');
  });

  it.each([
    [{ kind: 'gone' } as const, 410, null],
    [{ kind: 'fail', detail: 'no such bucket' } as const, 422, null],
    [{ kind: 'retry' } as const, 409, null],
    [{ kind: 'retry', afterMs: 1_200 } as const, 409, '2'],
    [{ kind: 'retry', afterMs: 0 } as const, 409, '0'],
  ])('is answered as the handler says: %o is %i', async (result, status, retryAfter) => {
    const { url } = await listening({ onCleanup: () => Promise.resolve(result) });
    const answer = await post(url, bodyOf(cleanup()));
    expect(answer.status).toBe(status);
    expect(answer.headers.get('retry-after')).toBe(retryAfter);
  });

  it('whose handler fails is answered 500, and the error stays here', async () => {
    const { url } = await listening({
      onCleanup: () => Promise.reject(new Error('password=secret')),
      onError: () => undefined,
    });
    const answer = await post(url, bodyOf(cleanup()));
    expect(answer.status).toBe(500);
    expect(await answer.text()).not.toContain('secret');
  });

  it('of a type without handler is answered 409: to be retried', async () => {
    const { url } = await listening({ handlers: {} });
    expect((await post(url, bodyOf(cleanup()))).status).toBe(409);
  });

  it('S9: that still runs is answered 503 with Retry-After, and 200 when it is done', async () => {
    const { passed, open } = gate();
    const onCleanup = vi.fn<CleanupHandler>(() => passed);
    const { url } = await listening({ onCleanup });
    const first = cleanup();
    const running = post(url, bodyOf(first));
    await until('it runs', () => onCleanup.mock.calls.length === 1);
    const second = await post(url, bodyOf({ ...first, attempt: 2, fence: first.fence + 1 }));
    expect(second.status).toBe(503);
    expect(second.headers.get('retry-after')).toBe('4');
    expect(second.headers.get('lease-running')).toBe('1');
    open();
    expect((await running).status).toBe(200);
    const third = await post(url, bodyOf({ ...first, attempt: 3, fence: first.fence + 2 }));
    expect(third.status).toBe(200);
    expect(onCleanup).toHaveBeenCalledOnce();
  });

  it('S9: goes on when the caller hangs up, and is remembered', async () => {
    const { passed, open } = gate();
    const onCleanup = vi.fn<CleanupHandler>(() => passed);
    const { url } = await listening({ onCleanup });
    const first = cleanup();
    const aborter = new AbortController();
    const hungUp = expect(
      fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(bodyOf(first)),
        signal: aborter.signal,
      }),
    ).rejects.toThrow();
    await until('it runs', () => onCleanup.mock.calls.length === 1);
    aborter.abort();
    await hungUp;
    expect(onCleanup.mock.calls[0]?.[1].aborted).toBe(false);
    open();
    const second = await post(url, bodyOf({ ...first, attempt: 2, fence: first.fence + 1 }));
    expect(second.status).toBe(200);
    expect(onCleanup).toHaveBeenCalledOnce();
  });

  it('S8: with a stale fence is answered 412', async () => {
    const { url } = await listening({ onCleanup: handled() });
    const first = cleanup();
    await post(url, bodyOf({ ...first, attempt: 2, fence: first.fence + 1 }));
    expect((await post(url, bodyOf(first))).status).toBe(412);
  });

  it('L6: to a receiver that closes is answered 503', async () => {
    const { receiver, url } = await listening({ onCleanup: handled() });
    await receiver.close();
    expect((await post(url, bodyOf(cleanup()))).status).toBe(503);
  });
});

describe('bad input', () => {
  it.each(['GET', 'PUT', 'DELETE', 'OPTIONS'])('%s is answered 405', async (method) => {
    const { url } = await listening({ onCleanup: handled() });
    const answer = await fetch(url, { method });
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toBe('POST');
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp', ''])(
    'content type %o is answered 415',
    async (type) => {
      const { url } = await listening({ onCleanup: handled() });
      expect((await post(url, bodyOf(cleanup()), { 'content-type': type })).status).toBe(415);
    },
  );

  it('a charset is none of our business', async () => {
    const { url } = await listening({ onCleanup: handled() });
    const headers = { 'content-type': 'Application/JSON; charset=utf-8' };
    expect((await post(url, bodyOf(cleanup()), headers)).status).toBe(200);
  });

  const good = bodyOf(cleanup());
  it.each<[string, unknown]>([
    ['the body', '['],
    ['JSON', ''],
    ['body', '[]'],
    ['body', 'null'],
    ['body', '"text"'],
    ...Object.keys(good).map((name): [string, unknown] => [name, { ...good, [name]: undefined }]),
    ...Object.keys(good).map((name): [string, unknown] => [name, { ...good, [name]: null }]),
    ...['cleanup_id', 'object_id', 'object_type'].map((name): [string, unknown] => [
      name,
      { ...good, [name]: '' },
    ]),
    ...['generation', 'fence', 'attempt'].flatMap((name) =>
      [-1, 1.5, 2 ** 53, '1'].map((value): [string, unknown] => [name, { ...good, [name]: value }]),
    ),
    ['reason', { ...good, reason: 'expired' }],
    ['due_time', { ...good, due_time: 'yesterday' }],
    ['metadata', { ...good, metadata: [] }],
    ['metadata', { ...good, metadata: { a: 1 } }],
  ])('is answered 400 that names %s: %j', async (name, body) => {
    const onCleanup = handled();
    const { url } = await listening({ onCleanup });
    const answer = await post(url, body);
    expect(answer.status).toBe(400);
    const { outcome } = (await answer.json()) as { outcome: string };
    if (typeof body !== 'string') expect(outcome).toMatch(new RegExp(`^${name} `));
    expect(outcome.length).toBeLessThan(200);
    expect(onCleanup).not.toHaveBeenCalled();
  });

  it('what is not UTF-8 is answered 400', async () => {
    const { url } = await listening({ onCleanup: handled() });
    const [head, tail] = JSON.stringify(bodyOf(cleanup({ payload: 'HERE' }))).split('HERE');
    const body = Buffer.concat([Buffer.from(head ?? ''), Buffer.from([0xff]), Buffer.from(tail ?? '')]);
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    expect(answer.status).toBe(400);
  });

  it('the largest body that a server sends is taken', async () => {
    const { url } = await listening({ onCleanup: handled() });
    const metadata = Object.fromEntries(
      Array.from({ length: 50 }, (_, i) => [`${i}`.padEnd(64, '\u0001'), '\u0001'.repeat(1_024)]),
    );
    const body = bodyOf(cleanup({ metadata, payload: '\u0001'.repeat(16_384) }));
    expect(JSON.stringify(body).length).toBeGreaterThan(400_000);
    expect((await post(url, body)).status).toBe(200);
  });

  it.each([true, false])('a larger one is answered 413 (announced: %s)', async (announced) => {
    const onCleanup = handled();
    const { url } = await listening({ onCleanup });
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const request = httpRequest(
        url,
        {
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            ...(announced && { 'content-length': String(64 * 1024 * 1024) }),
          },
        },
        (response) => resolve(response.statusCode),
      );
      request.on('error', reject);
      // Just above the limit, and never ended: the answer must not wait for the rest.
      request.write('x'.repeat(announced ? 10 : 1024 * 1024 + 1));
    });
    expect(status).toBe(413);
    expect(onCleanup).not.toHaveBeenCalled();
  });

  it('a body that ends in the middle harms nobody', async () => {
    const { url } = await listening({ onCleanup: handled() });
    const request = httpRequest(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-length': '1000' },
    });
    const failed = new Promise((resolve) => request.on('error', resolve));
    request.write('{"lease_id":');
    setImmediate(() => request.destroy());
    await failed;
    expect((await post(url, bodyOf(cleanup()))).status).toBe(200);
  });
});
