import type { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { eventually, httpClaim, openConnections, startEndpoint, startRawEndpoint } from './endpoint.js';
import { eachTest, type Fixture } from './fixture.js';

let on: Fixture;
eachTest((fixture) => (on = fixture));

describe('an endless answer', () => {
  test('F9: is cut off after 64 KB, and its status counts', async () => {
    let taken = 0;
    const endpoint = await on.opened(
      startEndpoint((_, response) => {
        response.writeHead(200);
        const pour = () => {
          while (!response.destroyed && response.write('x'.repeat(16_384))) taken += 16_384;
        };
        response.on('drain', pour);
        pour();
      }),
    );
    const result = await on.execute(httpClaim(endpoint.url));
    expect(result).toMatchObject({ kind: 'done', statusCode: 200 });
    expect(result.detail).toBe('x'.repeat(1_024));
    await openConnections(endpoint, 0);
    // What filled the kernel's buffers, not what somebody would pour for ever.
    expect(taken).toBeLessThan(32 * 1_024 * 1_024);
  });

  test('one of exactly 64 KB is read to its end, and its connection kept', async () => {
    const endpoint = await on.answering(200, {}, 'x'.repeat(65_536));
    await on.execute(httpClaim(endpoint.url));
    await on.execute(httpClaim(endpoint.url));
    expect(endpoint.requests).toHaveLength(2);
    expect(endpoint.connections()).toBe(1);
  });
});

describe('connections', () => {
  test('are kept for the next callback, and none is left after close()', async () => {
    const endpoint = await on.answering(200);
    for (let attempt = 1; attempt <= 5; attempt++) await on.execute(httpClaim(endpoint.url));
    expect(endpoint.requests).toHaveLength(5);
    expect(endpoint.connections()).toBe(1);
    expect(endpoint.open()).toBe(1);
    await on.executor.close();
    await openConnections(endpoint, 0);
  });

  test('are closed by us after a second, before any usual server would', async () => {
    const endpoint = await on.opened(
      startEndpoint((_, response) => response.end(), { keepAliveTimeout: 60_000 }),
    );
    await on.execute(httpClaim(endpoint.url));
    await openConnections(endpoint, 0);
  });

  test('are bounded per endpoint', async () => {
    const release: (() => void)[] = [];
    const endpoint = await on.opened(startEndpoint((_, response) => release.push(() => response.end())));
    const attempts = Array.from({ length: 80 }, () =>
      on.executor.execute(httpClaim(endpoint.url), new AbortController().signal),
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
    const endpoint = await on.opened(
      startEndpoint((_, response) => response.end(), { keepAliveTimeout: 20 }),
    );
    for (let callback = 1; callback <= 5; callback++) {
      expect(await on.execute(httpClaim(endpoint.url))).toMatchObject({ kind: 'done' });
      await openConnections(endpoint, 0);
    }
    expect(endpoint.requests).toHaveLength(5);
  });

  test('S1, S9: one that its peer closes just as we write is unanswered, and nothing is sent a second time', async () => {
    let requests = 0;
    const sockets: Socket[] = [];
    const endpoint = await on.opened(
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
    expect(await on.execute(httpClaim(endpoint.url))).toMatchObject({ kind: 'done' });
    expect(await on.execute(httpClaim(endpoint.url))).toMatchObject({ kind: 'retry', contact: 'unanswered' });
    expect(requests).toBe(2);
    expect(sockets).toHaveLength(1);
  });

  test('close() breaks off what is in flight', async () => {
    const endpoint = await on.opened(startEndpoint(() => undefined));
    const attempt = on.execute(httpClaim(endpoint.url));
    await eventually(() => expect(endpoint.requests).toHaveLength(1));
    await on.executor.close();
    expect(await attempt).toMatchObject({ kind: 'retry', contact: 'unanswered' });
    await openConnections(endpoint, 0);
    expect(on.clock.pending).toBe(0);
    expect(await on.execute(httpClaim(endpoint.url))).toMatchObject({ kind: 'unstarted' });
  });
});
