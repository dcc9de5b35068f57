import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { parseCallback } from './callback.js';
import type { CleanupEndpoint } from './cleanup-endpoint.js';
import type { Control } from './control.js';
import { bind, type ListenAddress, type Listener } from './listen.js';
import { TooLargeError, readText } from './read-text.js';
import type { Answer } from './script/answer.js';

/** Longer than any caller keeps a connection, so that none is closed under a request: that would be a fault of the mock's. */
const KEEP_ALIVE_MS = 60_000;

/** A POST to any path is a callback; everything else is for {@link Control}. */
export async function listenHttp(
  address: ListenAddress,
  endpoint: CleanupEndpoint,
  control: Control,
): Promise<Listener> {
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
    const answered =
      request.method === 'POST' ? callback(endpoint, request, response) : control.answer(request, response);
    answered.catch((error: unknown) => {
      if (error instanceof TooLargeError) response.writeHead(413, { connection: 'close' }).end(error.message);
      // What is left is a caller that went away in the middle of its request: nobody to answer.
      else response.destroy();
    });
  });
  return {
    address: await bind(server, address),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

async function callback(
  endpoint: CleanupEndpoint,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const headers = Object.entries(request.headers).map(([name, value]) => [name, [value].flat().join(', ')]);
  const answer = await endpoint.receive({
    protocol: 'http',
    path: request.url ?? '/',
    headers: Object.fromEntries(headers) as Record<string, string>,
    callback: parseCallback(await readText(request)),
  });
  send(answer, response);
}

function send(answer: Answer, response: ServerResponse): void {
  switch (answer.kind) {
    case 'hang':
      return;
    case 'reset':
      response.socket?.resetAndDestroy();
      return;
    case 'drip':
      drip(response);
      return;
    case 'status':
      response.statusCode = answer.status;
      if (answer.retryAfterSeconds !== undefined) response.setHeader('retry-after', answer.retryAfterSeconds);
      if (answer.leaseGone) response.setHeader('lease-gone', '1');
      if (answer.location !== undefined) response.setHeader('location', answer.location);
      response.end(answer.detail);
  }
}

function drip(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/plain' });
  const drop = () => response.write('.');
  drop();
  const timer = setInterval(drop, 1_000);
  response.once('close', () => {
    clearInterval(timer);
  });
}
