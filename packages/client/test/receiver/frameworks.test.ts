import type { AddressInfo } from 'node:net';
import type { Server } from 'node:http';
import express, { type RequestHandler } from 'express';
import fastify, { type FastifyServerOptions } from 'fastify';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Cleanup, type CleanupHandler, createReceiver } from '../../src/receiver/index.js';
import { bodyOf, cleanup } from '../support/cleanups.js';

const onCleanup = vi.fn<CleanupHandler>(() => Promise.resolve());
const receiver = createReceiver({ onCleanup });
const closers: (() => unknown)[] = [];

afterEach(async () => {
  onCleanup.mockClear();
  for (const close of closers.splice(0)) await close();
});

const post = (url: string, body: unknown) =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
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

describe('Express', () => {
  const serve = async (...middleware: RequestHandler[]) => {
    const app = express();
    for (const each of middleware) app.use(each);
    app.post('/cleanup', receiver.nodeHandler);
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
});

describe('Fastify', () => {
  const serve = async (options: FastifyServerOptions = {}) => {
    const app = fastify(options);
    app.post('/cleanup', (request, reply) => {
      reply.hijack();
      receiver.nodeHandler(Object.assign(request.raw, { body: request.body }), reply.raw);
    });
    closers.push(() => app.close());
    return `${await app.listen({ port: 0, host: '127.0.0.1' })}/cleanup`;
  };

  it('with its own parser', async () => {
    await behaves(await serve());
  });

  it('keeps a metadata key __proto__, when told not to mind', async () => {
    const url = await serve({ onProtoPoisoning: 'ignore' });
    const answer = await post(url, bodyOf(cleanup({ metadata: { ['__proto__']: 'p' } })));
    expect(answer.status).toBe(200);
    expect(Object.entries(onCleanup.mock.calls[0]?.[0].metadata ?? {})).toEqual([['__proto__', 'p']]);
  });
});
