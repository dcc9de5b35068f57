import type { AddressInfo } from 'node:net';
import type { Server } from 'node:http';
import express, { type RequestHandler } from 'express';
import fastify, { type FastifyServerOptions } from 'fastify';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Cleanup, type CleanupHandler, createReceiver } from '../../src/receiver/index.js';
import { bodyOf, cleanup } from '../support/cleanups.js';
import { secretOf, signedHeaders } from '../support/signed.js';

const onCleanup = vi.fn<CleanupHandler>(() => Promise.resolve());
const onError = vi.fn();
const receiver = createReceiver({ onCleanup });
const SECRET = secretOf(1);
const verifying = createReceiver({ onCleanup, onError, secrets: SECRET });
const closers: (() => unknown)[] = [];

afterEach(async () => {
  onCleanup.mockClear();
  onError.mockClear();
  for (const close of closers.splice(0)) await close();
});

const post = (url: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

async function behaves(url: string): Promise<void> {
  const sent: Cleanup = cleanup({ payload: 'ü', metadata: { a: 'b' } });
  expect((await post(url, bodyOf(sent))).status).toBe(200);
  expect(onCleanup.mock.calls).toEqual([[sent, expect.any(AbortSignal)]]);
  expect((await post(url, bodyOf(sent))).status).toBe(200);
  expect(onCleanup, 'remembered').toHaveBeenCalledOnce();
  expect((await post(url, { ...bodyOf(sent), fence: -1 })).status).toBe(400);
  expect((await post(url, bodyOf({ ...sent, fence: sent.fence - 1 }))).status).toBe(412);
}

/** A signed callback is taken, and one that was signed by somebody else is not. */
async function verifies(url: string): Promise<void> {
  const sent = cleanup({ payload: 'ü', metadata: { a: 'b' } });
  const text = JSON.stringify(bodyOf(sent), null, 1);
  const foreign = await post(url, text, signedHeaders([secretOf(2)], sent.cleanupId, text));
  expect(foreign.status).toBe(401);
  expect((await post(url, text, signedHeaders([SECRET], sent.cleanupId, text))).status).toBe(200);
  expect(onCleanup.mock.calls).toEqual([[sent, expect.any(AbortSignal)]]);
  expect(onError).not.toHaveBeenCalled();
}

/** The bytes are gone: nothing is believed, the owner is told, and the server tries again. */
async function cannotVerify(url: string): Promise<void> {
  const sent = cleanup();
  const text = JSON.stringify(bodyOf(sent));
  const answer = await post(url, text, signedHeaders([SECRET], sent.cleanupId, text));
  const why = 'the receiver needs the body as it was sent: mount it before any body parser';
  expect([answer.status, await answer.json()]).toEqual([500, { outcome: why }]);
  expect(onError.mock.calls).toEqual([[expect.objectContaining({ message: why }), undefined]]);
  onError.mockClear();
  expect((await post(url, text)).status, 'a stranger does not even learn that').toBe(401);
  expect(onError).not.toHaveBeenCalled();
  expect(onCleanup).not.toHaveBeenCalled();
}

describe('Express', () => {
  const serve = (...middleware: RequestHandler[]) => serveWith(receiver, middleware);
  const serveWith = async ({ nodeHandler }: typeof receiver, middleware: RequestHandler[]) => {
    const app = express();
    for (const each of middleware) app.use(each);
    app.post('/cleanup', nodeHandler);
    const server = await new Promise<Server>((resolve) => {
      const listening = app.listen(0, '127.0.0.1', () => resolve(listening));
    });
    closers.push(() => server.close());
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/cleanup`;
  };

  it.each<[string, RequestHandler[]]>([
    ['without a body parser', []],
    ['after express.json()', [express.json()]],
    ['after express.text()', [express.text({ type: '*/*' })]],
    ['after express.raw()', [express.raw({ type: '*/*' })]],
    ['after a parser that does not read JSON', [express.urlencoded({ extended: false })]],
    [
      'after a middleware that sets a body and reads nothing',
      [
        (request, _response, next) => {
          Object.assign(request, { body: {} });
          next();
        },
      ],
    ],
  ])('%s', async (_how, middleware) => {
    await behaves(await serve(...middleware));
  });

  it('after something that swallowed the body is answered 400', async () => {
    const url = await serve((request, _response, next) => {
      request.on('end', next).resume();
    });
    expect((await post(url, bodyOf(cleanup()))).status).toBe(400);
  });

  it.each<[string, RequestHandler[]]>([
    ['without a body parser', []],
    ['after express.raw()', [express.raw({ type: 'application/json' })]],
    ['after express.text()', [express.text({ type: '*/*' })]],
  ])('verifies %s', async (_how, middleware) => {
    await verifies(await serveWith(verifying, middleware));
  });

  it.each<[string, RequestHandler]>([
    ['express.json()', express.json()],
    [
      'something that swallowed the body',
      (request, _response, next) => {
        request.on('end', next).resume();
      },
    ],
  ])('cannot verify after %s', async (_how, middleware) => {
    await cannotVerify(await serveWith(verifying, [middleware]));
  });
});

describe('Fastify', () => {
  const serve = async (options: FastifyServerOptions = {}, { nodeHandler } = receiver, raw = false) => {
    const app = fastify(options);
    if (raw) {
      app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => {
        done(null, body);
      });
    }
    app.post('/cleanup', (request, reply) => {
      reply.hijack();
      nodeHandler(Object.assign(request.raw, { body: request.body }), reply.raw);
    });
    closers.push(() => app.close());
    return `${await app.listen({ port: 0, host: '127.0.0.1' })}/cleanup`;
  };

  it('with its own parser', async () => {
    await behaves(await serve());
  });

  it('verifies with a parser that keeps the bytes', async () => {
    await verifies(await serve({}, verifying, true));
  });

  it('cannot verify with its own parser', async () => {
    await cannotVerify(await serve({}, verifying));
  });

  it('keeps a metadata key __proto__, when told not to mind', async () => {
    const url = await serve({ onProtoPoisoning: 'ignore' });
    const answer = await post(url, bodyOf(cleanup({ metadata: { ['__proto__']: 'p' } })));
    expect(answer.status).toBe(200);
    expect(Object.entries(onCleanup.mock.calls[0]?.[0].metadata ?? {})).toEqual([['__proto__', 'p']]);
  });
});
