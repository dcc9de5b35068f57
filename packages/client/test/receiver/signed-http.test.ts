import { createServer, request as httpRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type CleanupHandler, createReceiver, type ReceiverOptions } from '../../src/receiver/index.js';
import { bodyOf, cleanup } from '../support/cleanups.js';
import { secretOf, signedHeaders } from '../support/signed.js';

const OLD = secretOf(1);
const NEW = secretOf(2);

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

const listening = async (options: ReceiverOptions) => {
  const server = createServer(createReceiver(options).nodeHandler);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
};
const handled = () => vi.fn<CleanupHandler>(() => Promise.resolve());

const post = async (url: string, body: string, headers: Record<string, string>) => {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
  const { outcome } = (await answer.json()) as { outcome: string };
  return { status: answer.status, outcome };
};
const textOf = (each: ReturnType<typeof cleanup>) => JSON.stringify(bodyOf(each));

describe('a receiver with secrets', () => {
  it('takes what the standardwebhooks package signs, S9: and runs it once', async () => {
    const onCleanup = handled();
    const url = await listening({ onCleanup, secrets: NEW });
    const sent = cleanup({ payload: 'ü\u{1f9f9}', metadata: { ['__proto__']: 'p' } });
    const now = new Date();
    const headers = {
      'webhook-id': sent.cleanupId,
      'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
      'webhook-signature': new Webhook(NEW).sign(sent.cleanupId, now, textOf(sent)),
    };
    expect(await post(url, textOf(sent), headers)).toEqual({ status: 200, outcome: 'done' });
    expect(await post(url, textOf(sent), headers)).toEqual({ status: 200, outcome: 'done' });
    expect(onCleanup).toHaveBeenCalledOnce();
    expect(onCleanup.mock.calls[0]?.[0]).toMatchObject({ payload: 'ü\u{1f9f9}', cleanupId: sent.cleanupId });
  });

  it('goes along with a rotation, step by step', async () => {
    const steps: readonly (readonly [readonly string[], string[], number])[] = [
      [[OLD], [OLD], 200],
      [[NEW, OLD], [OLD], 200],
      [[NEW, OLD], [NEW], 200],
      [[NEW], [NEW, OLD], 200],
      [[NEW], [NEW], 200],
      [[OLD], [NEW], 401],
    ];
    for (const [signing, secrets, status] of steps) {
      const url = await listening({ onCleanup: handled(), secrets });
      const sent = cleanup();
      const headers = signedHeaders(signing, sent.cleanupId, textOf(sent));
      expect((await post(url, textOf(sent), headers)).status).toBe(status);
    }
  });

  it.each<[string, (headers: ReturnType<typeof signedHeaders>) => Record<string, string>, RegExp]>([
    ['no signature', () => ({}), /^webhook-id is missing$/],
    ['another secret', ({ 'webhook-id': id }) => signedHeaders([OLD], id, ''), /^no signature matches/],
    ['an id of its own', (headers) => ({ ...headers, 'webhook-id': 'x' }), /^no signature matches/],
    ['an old timestamp', (headers) => ({ ...headers, 'webhook-timestamp': '1614265330' }), / s old/],
    ['garbage', (headers) => ({ ...headers, 'webhook-signature': '\u00ff'.repeat(64) }), /^no signature/],
    ['a huge header', (headers) => ({ ...headers, 'webhook-signature': 'v1,'.repeat(2_000) }), /too long$/],
  ])('answers %s with 401, and says why', async (_, forge, why) => {
    const onCleanup = handled();
    const onError = vi.fn();
    const url = await listening({ onCleanup, onError, secrets: NEW });
    const sent = cleanup();
    const answer = await post(url, textOf(sent), forge(signedHeaders([NEW], sent.cleanupId, textOf(sent))));
    expect(answer).toEqual({ status: 401, outcome: expect.stringMatching(why) as string });
    expect(onCleanup).not.toHaveBeenCalled();
    expect(onError, 'strangers fill no log').not.toHaveBeenCalled();
  });

  it('takes no signature for another cleanup than the one that was signed', async () => {
    const url = await listening({ onCleanup: handled(), secrets: NEW });
    const other = cleanup().cleanupId;
    const body = textOf(cleanup());
    expect(await post(url, body, signedHeaders([NEW], other, body))).toEqual({
      status: 401,
      outcome: 'webhook-id is not the cleanup_id',
    });
  });

  it.each(['{"a":', '[]', '{"lease_id":5}'])('makes nothing of %j before it is verified', async (body) => {
    const url = await listening({ onCleanup: handled(), secrets: NEW });
    expect((await post(url, body, signedHeaders([OLD], 'x', body))).status).toBe(401);
    expect((await post(url, body, signedHeaders([NEW], 'x', body))).status).toBe(400);
  });

  it('does not wait for the body of what is refused anyway', async () => {
    const url = await listening({ onCleanup: handled(), secrets: NEW });
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const headers = { 'content-type': 'application/json', 'content-length': '1000000' };
      const unfinished = httpRequest(url, { method: 'POST', headers }, ({ statusCode }) =>
        resolve(statusCode),
      );
      unfinished.on('error', reject);
      unfinished.write('{');
    });
    expect(status).toBe(401);
  });

  it('S8: lets no stranger poison a fence, pass for done, or stop a handler that runs', async () => {
    const signals: AbortSignal[] = [];
    let finish: () => void = () => undefined;
    const onCleanup = vi.fn<CleanupHandler>((_cleanup, signal) => {
      signals.push(signal);
      return new Promise((resolve) => (finish = resolve));
    });
    const has = vi.fn(() => Promise.resolve(false));
    const store = { has, add: () => Promise.resolve() };
    const url = await listening({ onCleanup, store, secrets: NEW });
    const sent = cleanup();
    const later = { fence: Number.MAX_SAFE_INTEGER, generation: Number.MAX_SAFE_INTEGER };
    const forged = [cleanup({ ...sent, ...later }), cleanup({ ...later, object: sent.object })];
    const forge = async () => {
      for (const each of forged) {
        const headers = signedHeaders([OLD], each.cleanupId, textOf(each));
        expect((await post(url, textOf(each), headers)).status).toBe(401);
      }
    };

    await forge();
    expect(has, 'before the cleanup').not.toHaveBeenCalled();
    const answer = post(url, textOf(sent), signedHeaders([NEW], sent.cleanupId, textOf(sent)));
    await vi.waitFor(() => expect(signals).toHaveLength(1));
    await forge();
    expect(signals[0]?.aborted).toBe(false);
    finish();
    expect(await answer, 'no later fence was remembered').toEqual({ status: 200, outcome: 'done' });
    await forge();
    expect(onCleanup).toHaveBeenCalledOnce();
    expect(has).toHaveBeenCalledOnce();
  });

  it('S8: refuses a stale fence, however well it is signed', async () => {
    const url = await listening({ onCleanup: handled(), secrets: NEW });
    const first = cleanup();
    const second = cleanup({ ...first, cleanupId: cleanup().cleanupId, fence: first.fence + 1 });
    for (const [each, status] of [
      [second, 200],
      [first, 412],
    ] as const) {
      const headers = signedHeaders([NEW], each.cleanupId, textOf(each));
      expect((await post(url, textOf(each), headers)).status).toBe(status);
    }
  });
});

describe('a receiver without secrets', () => {
  it('asks for no signature', async () => {
    const url = await listening({ onCleanup: handled() });
    expect((await post(url, textOf(cleanup()), { 'webhook-signature': 'v1,x' })).status).toBe(200);
  });

  it.each([undefined, '', []])('is not made by secrets that are %j, as from an unset variable', (secrets) => {
    const options = { onCleanup: handled(), secrets } as ReceiverOptions;
    expect(() => createReceiver(options)).toThrow(RangeError);
  });
});
