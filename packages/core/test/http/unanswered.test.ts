import { describe, expect, test } from 'vitest';
import { egressGuard, HttpExecutor } from '../../src/http/index.js';
import { eventually, httpClaim, openConnections, startEndpoint } from './endpoint.js';
import { eachTest, type Fixture } from './fixture.js';

let on: Fixture;
eachTest((fixture) => (on = fixture));

describe('an attempt that was not answered', () => {
  test('a refused connection never reached anybody', async () => {
    const endpoint = await startEndpoint(() => undefined);
    await endpoint.close();
    const result = await on.execute(httpClaim(endpoint.url));
    expect(result).toMatchObject({ kind: 'retry', contact: 'unreached' });
    expect(result.detail).toContain('ECONNREFUSED');
  });

  test('neither did one to a host that does not exist', async () => {
    const guard = egressGuard({ allowLoopback: false, allow: ['.invalid'] });
    on.executor = new HttpExecutor({ clock: on.clock, guard });
    const result = await on.execute(httpClaim('http://no-such-host.invalid/'));
    expect(result).toMatchObject({ kind: 'retry', contact: 'unreached' });
  });

  test('nor one that failed in the TLS handshake', async () => {
    const endpoint = await on.speaking('I do not speak TLS');
    const result = await on.execute(httpClaim(endpoint.url.replace('http:', 'https:')));
    expect(result).toMatchObject({ kind: 'retry', contact: 'unreached' });
  });

  test('nor one whose handshake never ended before the deadline', async () => {
    const endpoint = await on.speaking();
    const attempt = on.execute(httpClaim(endpoint.url.replace('http:', 'https:')));
    await openConnections(endpoint, 1);
    await on.clock.advance(10_000);
    expect(await attempt).toMatchObject({ kind: 'retry', contact: 'unreached' });
    await openConnections(endpoint, 0);
  });

  test('a reset before the reply leaves open whether it took place', async () => {
    const endpoint = await on.opened(startEndpoint((request) => request.socket.resetAndDestroy()));
    expect(await on.execute(httpClaim(endpoint.url))).toMatchObject({ kind: 'retry', contact: 'unanswered' });
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
    const endpoint = await on.speaking(...parts);
    const attempt = on.execute(httpClaim(endpoint.url));
    await openConnections(endpoint, 1);
    let ended = false;
    void attempt.then(() => (ended = true));

    await on.clock.advance(9_999);
    expect(ended).toBe(false);
    await on.clock.advance(1);
    expect(await attempt).toEqual({
      kind: 'retry',
      contact: 'unanswered',
      detail: 'no complete answer within 10000 ms',
    });
    await openConnections(endpoint, 0);
    expect(on.clock.pending).toBe(0);
  });

  test('F9: one byte a second does not outlast the deadline', async () => {
    let dripped = 0;
    let drip: () => void = () => undefined;
    const endpoint = await on.opened(
      startEndpoint((_, response) => {
        response.writeHead(200);
        drip = () => {
          response.write('.');
          dripped++;
        };
        drip();
      }),
    );
    const attempt = on.execute(httpClaim(endpoint.url));
    await eventually(() => expect(dripped).toBe(1));
    for (let second = 1; second < 10; second++) {
      await on.clock.advance(1_000);
      drip();
    }
    expect(endpoint.open()).toBe(1);
    await on.clock.advance(1_000);
    expect(await attempt).toMatchObject({ kind: 'retry', contact: 'unanswered' });
    await openConnections(endpoint, 0);
  });

  test('an answer that breaks off is none, whatever its status', async () => {
    const endpoint = await on.opened(
      startEndpoint((_, response) => {
        response.writeHead(200, { 'Content-Length': '10' });
        response.write('abc', () => response.destroy());
      }),
    );
    const result = await on.execute(httpClaim(endpoint.url));
    expect(result).toMatchObject({ kind: 'retry', contact: 'unanswered' });
    expect(result.detail).toMatch(/^200, then/);
  });

  test.each([
    ['no HTTP', 'SSH-2.0-OpenSSH_9.2\r\n'],
    ['headers beyond 16 KB', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`],
    ['one early hint after the other', 'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(17)],
    ['a change of protocol', 'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'],
  ])('%s is no answer', async (_, part) => {
    const endpoint = await on.speaking(part);
    expect(await on.execute(httpClaim(endpoint.url))).toMatchObject({ kind: 'retry', contact: 'unanswered' });
    await openConnections(endpoint, 0);
  });

  test('early hints before an answer do no harm', async () => {
    const hints = 'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(16);
    const endpoint = await on.speaking(`${hints}HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n`);
    expect(await on.execute(httpClaim(endpoint.url))).toMatchObject({ kind: 'done', statusCode: 200 });
  });

  test('an abort ends it at once, with its reason', async () => {
    const endpoint = await on.opened(startEndpoint(() => undefined));
    const attempt = on.execute(httpClaim(endpoint.url));
    await eventually(() => expect(endpoint.requests).toHaveLength(1));
    on.controller.abort(new Error('the collector is stopping'));
    expect(await attempt).toEqual({
      kind: 'retry',
      contact: 'unanswered',
      detail: 'the collector is stopping',
    });
    await openConnections(endpoint, 0);
    expect(on.clock.pending).toBe(0);
  });

  test('one that was aborted before it began sends nothing', async () => {
    const endpoint = await on.answering(200);
    on.controller.abort(new Error('too late'));
    expect(await on.execute(httpClaim(endpoint.url))).toMatchObject({ kind: 'retry', contact: 'unreached' });
    expect(endpoint.requests).toHaveLength(0);
  });
});
