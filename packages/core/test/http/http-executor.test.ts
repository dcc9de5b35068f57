import https from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AttemptResult, CleanupClaim, TargetPolicy } from '../../src/index.js';
import { egressGuard, HttpExecutor } from '../../src/http/index.js';
import { ManualClock } from '../../src/testing/index.js';
import { selfSigned } from './self-signed.js';
import {
  bodyOf,
  eventually,
  httpClaim,
  openConnections,
  startEndpoint,
  startRawEndpoint,
} from './endpoint.js';

let clock: ManualClock;
let executor: HttpExecutor;
let controller: AbortController;
let endpoints: { close(): Promise<void> }[];

beforeEach(() => {
  clock = new ManualClock();
  executor = new HttpExecutor({ clock, admitTarget: egressGuard({ allowLoopback: true }) });
  controller = new AbortController();
  endpoints = [];
});

afterEach(async () => {
  await executor.close();
  for (const endpoint of endpoints) await endpoint.close();
});

function execute(claim: CleanupClaim): Promise<AttemptResult> {
  return executor.execute(claim, controller.signal);
}

async function opened<T extends { close(): Promise<void> }>(starting: Promise<T>): Promise<T> {
  const endpoint = await starting;
  endpoints.push(endpoint);
  return endpoint;
}

const answering = (statusCode: number, headers: Record<string, string> = {}, body = '') =>
  opened(startEndpoint((_, response) => response.writeHead(statusCode, headers).end(body)));

/** A raw answer as soon as any of the request is there. */
const speaking = (...parts: readonly string[]) =>
  opened(
    startRawEndpoint((socket) => {
      socket.once('data', () => {
        for (const part of parts) socket.write(part);
      });
    }),
  );

describe('HttpExecutor', () => {
  test('posts the callback once, with its headers and the user’s', async () => {
    let body = '';
    const endpoint = await opened(
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

    expect(await execute({ ...claim, spec: { ...claim.spec, target } })).toEqual({
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
    expect(clock.pending).toBe(0);
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
    [503, { 'Retry-After': '2' }, { kind: 'retry', contact: 'answered', retryAfterMs: 2_000 }],
  ])('%i with %j', async (statusCode, headers, expected) => {
    const endpoint = await answering(statusCode, headers);
    expect(await execute(httpClaim(endpoint.url))).toMatchObject({ statusCode, ...expected });
    expect(endpoint.requests).toHaveLength(1);
  });

  test('a 404 is done if the spec says so', async () => {
    const endpoint = await answering(404);
    expect(await execute(httpClaim(endpoint.url, {}, true))).toMatchObject({ kind: 'done', statusCode: 404 });
  });

  test.each([301, 302, 303, 307, 308])('F9: a %i is terminal and leads nowhere', async (statusCode) => {
    const trap = await answering(200);
    const endpoint = await answering(statusCode, { Location: trap.url });
    expect(await execute(httpClaim(endpoint.url))).toMatchObject({
      kind: 'fail',
      abandonReason: 'TERMINAL_ANSWER',
      statusCode,
    });
    expect(trap.connections()).toBe(0);
  });

  test('R15: what the endpoint says is kept to 1 KiB without control characters', async () => {
    const endpoint = await answering(500, {}, `\u0000bad\u001b[31m\n\u202enews ${'ü'.repeat(5_000)}`);
    const result = await execute(httpClaim(endpoint.url));
    expect(result.detail).toMatch(/^bad \[31m news ü+$/);
    expect(Buffer.byteLength(result.detail ?? '')).toBeGreaterThan(900);
    expect(Buffer.byteLength(result.detail ?? '')).toBeLessThanOrEqual(1_024);
  });

  test('bytes that are no UTF-8 do not matter', async () => {
    const endpoint = await opened(
      startEndpoint((_, response) => response.end(Buffer.from([0xff, 0x41, 0xc3]))),
    );
    expect(await execute(httpClaim(endpoint.url))).toMatchObject({ kind: 'done', detail: '\ufffdA\ufffd' });
  });
});

describe('an attempt that was not answered', () => {
  test('a refused connection never reached anybody', async () => {
    const endpoint = await startEndpoint(() => undefined);
    await endpoint.close();
    const result = await execute(httpClaim(endpoint.url));
    expect(result).toMatchObject({ kind: 'retry', contact: 'unreached' });
    expect(result.detail).toContain('ECONNREFUSED');
  });

  test('neither did one to a host that does not exist', async () => {
    executor = new HttpExecutor({ clock, admitTarget: () => undefined });
    const result = await execute(httpClaim('http://no-such-host.invalid/'));
    expect(result).toMatchObject({ kind: 'retry', contact: 'unreached' });
  });

  test('nor one that failed in the TLS handshake', async () => {
    const endpoint = await speaking('I do not speak TLS');
    const result = await execute(httpClaim(endpoint.url.replace('http:', 'https:')));
    expect(result).toMatchObject({ kind: 'retry', contact: 'unreached' });
  });

  test('nor one whose handshake never ended before the deadline', async () => {
    const endpoint = await speaking();
    const attempt = execute(httpClaim(endpoint.url.replace('http:', 'https:')));
    await openConnections(endpoint, 1);
    await clock.advance(10_000);
    expect(await attempt).toMatchObject({ kind: 'retry', contact: 'unreached' });
    await openConnections(endpoint, 0);
  });

  test('a reset before the reply leaves open whether it took place', async () => {
    const endpoint = await opened(startEndpoint((request) => request.socket.resetAndDestroy()));
    expect(await execute(httpClaim(endpoint.url))).toMatchObject({ kind: 'retry', contact: 'unanswered' });
    expect(endpoint.requests).toHaveLength(1);
  });

  test.each([
    ['silence', []],
    ['headers, then silence', ['HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n']],
    ['half of the body, then silence', ['HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab']],
    ['half of a chunk, then silence', ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab']],
    ['half of the headers, then silence', ['HTTP/1.1 200 OK\r\nContent-']],
    ['nothing but early hints', ['HTTP/1.1 103 Early Hints\r\n\r\n']],
  ])('F9: %s, until the deadline frees the socket', async (_, parts) => {
    const endpoint = await speaking(...parts);
    const attempt = execute(httpClaim(endpoint.url));
    await openConnections(endpoint, 1);
    let ended = false;
    void attempt.then(() => (ended = true));

    await clock.advance(9_999);
    expect(ended).toBe(false);
    await clock.advance(1);
    expect(await attempt).toEqual({
      kind: 'retry',
      contact: 'unanswered',
      detail: 'no complete answer within 10000 ms',
    });
    await openConnections(endpoint, 0);
    expect(clock.pending).toBe(0);
  });

  test('F9: one byte a second does not outlast the deadline', async () => {
    let dripped = 0;
    let drip: () => void = () => undefined;
    const endpoint = await opened(
      startEndpoint((_, response) => {
        response.writeHead(200);
        drip = () => {
          response.write('.');
          dripped++;
        };
        drip();
      }),
    );
    const attempt = execute(httpClaim(endpoint.url));
    await eventually(() => expect(dripped).toBe(1));
    for (let second = 1; second < 10; second++) {
      await clock.advance(1_000);
      drip();
    }
    expect(endpoint.open()).toBe(1);
    await clock.advance(1_000);
    expect(await attempt).toMatchObject({ kind: 'retry', contact: 'unanswered' });
    await openConnections(endpoint, 0);
  });

  test('an answer that breaks off is none, whatever its status', async () => {
    const endpoint = await opened(
      startEndpoint((_, response) => {
        response.writeHead(200, { 'Content-Length': '10' });
        response.write('abc', () => response.destroy());
      }),
    );
    const result = await execute(httpClaim(endpoint.url));
    expect(result).toMatchObject({ kind: 'retry', contact: 'unanswered' });
    expect(result.detail).toMatch(/^200, then/);
  });

  test.each([
    ['no HTTP', 'SSH-2.0-OpenSSH_9.2\r\n'],
    ['headers beyond 16 KB', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`],
    ['a change of protocol', 'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'],
  ])('%s is no answer', async (_, part) => {
    const endpoint = await speaking(part);
    expect(await execute(httpClaim(endpoint.url))).toMatchObject({ kind: 'retry', contact: 'unanswered' });
    await openConnections(endpoint, 0);
  });

  test('an abort ends it at once, with its reason', async () => {
    const endpoint = await opened(startEndpoint(() => undefined));
    const attempt = execute(httpClaim(endpoint.url));
    await eventually(() => expect(endpoint.requests).toHaveLength(1));
    controller.abort(new Error('the collector is stopping'));
    expect(await attempt).toEqual({
      kind: 'retry',
      contact: 'unanswered',
      detail: 'the collector is stopping',
    });
    await openConnections(endpoint, 0);
    expect(clock.pending).toBe(0);
  });

  test('one that was aborted before it began sends nothing', async () => {
    const endpoint = await answering(200);
    controller.abort(new Error('too late'));
    expect(await execute(httpClaim(endpoint.url))).toMatchObject({ kind: 'retry', contact: 'unreached' });
    expect(endpoint.requests).toHaveLength(0);
  });
});

describe('an endless answer', () => {
  test('F9: is cut off after 64 KB, and its status counts', async () => {
    let taken = 0;
    const endpoint = await opened(
      startEndpoint((_, response) => {
        response.writeHead(200);
        const pour = () => {
          while (!response.destroyed && response.write('x'.repeat(16_384))) taken += 16_384;
        };
        response.on('drain', pour);
        pour();
      }),
    );
    const result = await execute(httpClaim(endpoint.url));
    expect(result).toMatchObject({ kind: 'done', statusCode: 200 });
    expect(result.detail).toBe('x'.repeat(1_024));
    await openConnections(endpoint, 0);
    // What filled the kernel's buffers, not what somebody would pour for ever.
    expect(taken).toBeLessThan(32 * 1_024 * 1_024);
  });

  test('one of exactly 64 KB is read to its end, and its connection kept', async () => {
    const endpoint = await answering(200, {}, 'x'.repeat(65_536));
    await execute(httpClaim(endpoint.url));
    await execute(httpClaim(endpoint.url));
    expect(endpoint.requests).toHaveLength(2);
    expect(endpoint.connections()).toBe(1);
  });
});

describe('connections', () => {
  test('are kept for the next callback, and none is left after close()', async () => {
    const endpoint = await answering(200);
    for (let attempt = 1; attempt <= 5; attempt++) await execute(httpClaim(endpoint.url));
    expect(endpoint.requests).toHaveLength(5);
    expect(endpoint.connections()).toBe(1);
    expect(endpoint.open()).toBe(1);
    await executor.close();
    await openConnections(endpoint, 0);
  });

  test('are closed by us after a second, before any usual server would', async () => {
    const endpoint = await answering(200);
    await execute(httpClaim(endpoint.url));
    await openConnections(endpoint, 0);
  });

  test('are bounded per endpoint', async () => {
    const release: (() => void)[] = [];
    const endpoint = await opened(startEndpoint((_, response) => release.push(() => response.end())));
    const attempts = Array.from({ length: 80 }, () =>
      executor.execute(httpClaim(endpoint.url), new AbortController().signal),
    );
    await eventually(() => expect(release).toHaveLength(64));
    expect(endpoint.connections()).toBe(64);
    for (let freed = 0; freed < 80; freed++) {
      await eventually(() => expect(release.length).toBeGreaterThan(freed));
      release[freed]?.();
    }
    expect((await Promise.all(attempts)).map(({ kind }) => kind)).toEqual(Array(80).fill('done'));
    expect(endpoint.connections()).toBe(64);
  });

  test('S9: one that its peer closed while idle is not used again: each cleanup is called once', async () => {
    const endpoint = await opened(startEndpoint((_, response) => response.end(), { keepAliveTimeout: 20 }));
    for (let callback = 1; callback <= 5; callback++) {
      expect(await execute(httpClaim(endpoint.url))).toMatchObject({ kind: 'done' });
      await openConnections(endpoint, 0);
    }
    expect(endpoint.requests).toHaveLength(5);
  });

  test('S1, S9: one that its peer closes just as we write is unanswered, and nothing is sent a second time', async () => {
    let requests = 0;
    const sockets: Socket[] = [];
    const endpoint = await opened(
      startRawEndpoint((socket) => {
        sockets.push(socket);
        socket.on('data', () => {
          requests++;
          // The second request meets a connection that is being closed: the peer never looks at it.
          if (requests === 1) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
          else socket.resetAndDestroy();
        });
      }),
    );
    expect(await execute(httpClaim(endpoint.url))).toMatchObject({ kind: 'done' });
    expect(await execute(httpClaim(endpoint.url))).toMatchObject({ kind: 'retry', contact: 'unanswered' });
    expect(requests).toBe(2);
    expect(sockets).toHaveLength(1);
  });

  test('close() breaks off what is in flight', async () => {
    const endpoint = await opened(startEndpoint(() => undefined));
    const attempt = execute(httpClaim(endpoint.url));
    await eventually(() => expect(endpoint.requests).toHaveLength(1));
    await executor.close();
    expect(await attempt).toMatchObject({ kind: 'retry', contact: 'unanswered' });
    await openConnections(endpoint, 0);
    expect(clock.pending).toBe(0);
    expect(await execute(httpClaim(endpoint.url))).toMatchObject({ kind: 'unstarted' });
  });
});

describe('the target', () => {
  test('is judged again before each attempt', async () => {
    const endpoint = await answering(200);
    let objection: string | undefined = undefined;
    const admitTarget: TargetPolicy = () => objection;
    executor = new HttpExecutor({ clock, admitTarget });
    expect(await execute(httpClaim(endpoint.url))).toMatchObject({ kind: 'done' });
    objection = 'is a private address';
    expect(await execute(httpClaim(endpoint.url))).toEqual({
      kind: 'fail',
      abandonReason: 'TARGET_FORBIDDEN',
      detail: 'the target is a private address',
    });
    expect(endpoint.requests).toHaveLength(1);
  });

  test('is forbidden unless somebody allowed it', async () => {
    const endpoint = await answering(200);
    executor = new HttpExecutor();
    expect(await execute(httpClaim(endpoint.url))).toMatchObject({ abandonReason: 'TARGET_FORBIDDEN' });
    expect(endpoint.connections()).toBe(0);
  });

  test('is forbidden if HTTP cannot carry its headers, and the value is not told', async () => {
    const endpoint = await answering(200);
    const headers = new Map([['authorization', 'secret\n']]);
    const target = { kind: 'http', url: endpoint.url, headers, notFoundIsDone: false } as const;
    const claim = httpClaim(endpoint.url);
    const result = await execute({ ...claim, spec: { ...claim.spec, target } });
    expect(result).toMatchObject({ kind: 'fail', abandonReason: 'TARGET_FORBIDDEN' });
    expect(result.detail).not.toContain('secret');
    expect(endpoint.connections()).toBe(0);
  });

  test('of another kind is left to others', async () => {
    const claim = httpClaim('http://127.0.0.1/');
    const spec = { ...claim.spec, target: { kind: 'handler' } as const };
    expect(await execute({ ...claim, spec })).toMatchObject({ kind: 'unstarted' });
  });

  test('must prove who it is, whatever the environment says', async () => {
    let requests = 0;
    const server = https.createServer(selfSigned, (_, response) => {
      requests++;
      response.end();
    });
    server.on('tlsClientError', () => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    endpoints.push({ close: () => new Promise<void>((resolve) => server.close(() => resolve())) });
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    try {
      const { port } = server.address() as AddressInfo;
      const result = await execute(httpClaim(`https://127.0.0.1:${port}/`));
      expect(result).toMatchObject({ kind: 'retry', contact: 'unreached' });
      expect(result.detail).toContain('self-signed');
      expect(requests).toBe(0);
    } finally {
      delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    }
  });

  test('is called directly, whatever proxy the environment names', async () => {
    const trap = await answering(200);
    const endpoint = await answering(200);
    const saved = { ...process.env };
    for (const name of ['http_proxy', 'HTTP_PROXY', 'all_proxy', 'ALL_PROXY']) process.env[name] = trap.url;
    try {
      executor = new HttpExecutor({ clock, admitTarget: egressGuard({ allowLoopback: true }) });
      expect(await execute(httpClaim(endpoint.url))).toMatchObject({ kind: 'done' });
      expect(trap.connections()).toBe(0);
    } finally {
      process.env = saved;
    }
  });
});
