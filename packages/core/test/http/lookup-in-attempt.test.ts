import https from 'node:https';
import type { AddressInfo } from 'node:net';
import tls from 'node:tls';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { egressGuard, HttpExecutor, type ResolveName } from '../../src/http/index.js';
import { eventually, httpClaim, openConnections, startEndpoint } from './endpoint.js';
import { eachTest, type Fixture } from './fixture.js';
import { selfSigned } from './self-signed.js';

let on: Fixture;
eachTest((fixture) => (on = fixture));

function resolving(resolveName: ResolveName) {
  const guard = egressGuard({ allowLoopback: true, allow: ['.test'], clock: on.clock, resolveName });
  on.executor = new HttpExecutor({ clock: on.clock, guard });
}

describe('the look-up of an attempt', () => {
  test('counts for its deadline', async () => {
    resolving(() => new Promise(() => undefined));
    const attempt = on.execute(httpClaim('http://a.test/'));
    await on.clock.advance(10_000);
    expect(await attempt).toEqual({
      kind: 'retry',
      contact: 'unreached',
      detail: 'the host does not resolve: no answer within 10000 ms',
    });
    expect(on.clock.pending).toBe(0);
  });

  test('leaves the rest of the time to the endpoint', async () => {
    let answer: (texts: string[]) => void = () => undefined;
    resolving(() => new Promise((resolve) => (answer = resolve)));
    const endpoint = await on.opened(startEndpoint(() => undefined));
    const attempt = on.execute(httpClaim(endpoint.url.replace('127.0.0.1', 'a.test')));
    await on.clock.advance(9_000);
    answer(['127.0.0.1']);
    await openConnections(endpoint, 1);
    await eventually(() => expect(endpoint.requests).toHaveLength(1));
    await on.clock.advance(1_000);
    expect(await attempt).toEqual({
      kind: 'retry',
      contact: 'unanswered',
      detail: 'no complete answer within 10000 ms',
    });
  });

  test('ends when the attempt is aborted, or the executor closed', async () => {
    resolving(() => new Promise(() => undefined));
    const aborted = on.execute(httpClaim('http://a.test/'));
    on.controller.abort();
    expect(await aborted).toMatchObject({ kind: 'retry', contact: 'unreached' });
    const broken = on.executor.execute(httpClaim('http://b.test/'), new AbortController().signal);
    await on.executor.close();
    expect(await broken).toMatchObject({ kind: 'retry', contact: 'unreached' });
    expect(on.clock.pending).toBe(0);
  });

  test('that finds nothing is worth another attempt', async () => {
    resolving(() => Promise.reject(Object.assign(new Error(), { code: 'EAI_AGAIN' })));
    expect(await on.execute(httpClaim('http://a.test/'))).toEqual({
      kind: 'retry',
      contact: 'unreached',
      detail: 'the host does not resolve: EAI_AGAIN',
    });
  });
});

describe('a certificate', () => {
  /** Servers that have it are trusted until the test has finished; it is for localhost and 127.0.0.1. */
  async function startTrusted() {
    const connect = tls.connect as (options: tls.ConnectionOptions) => tls.TLSSocket;
    const spy = vi
      .spyOn(tls, 'connect')
      .mockImplementation((...args: unknown[]) => connect({ ...(args[0] as object), ca: selfSigned.cert }));
    onTestFinished(() => spy.mockRestore());
    const asked: string[] = [];
    const server = https.createServer(selfSigned, (request, response) => {
      const name = 'servername' in request.socket && String(request.socket.servername);
      asked.push(`${String(name)} ${request.headers.host ?? ''}`);
      response.end();
    });
    server.on('tlsClientError', () => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    await on.opened({ close: () => new Promise<void>((resolve) => server.close(() => resolve())) });
    return { asked, port: (server.address() as AddressInfo).port };
  }

  test('must be for the name, not for the address that the connection is pinned to', async () => {
    const { asked, port } = await startTrusted();
    resolving(() => Promise.resolve(['127.0.0.1']));
    expect(await on.execute(httpClaim(`https://localhost.:${port}/`))).toMatchObject({ kind: 'done' });
    expect(await on.execute(httpClaim(`https://127.0.0.1:${port}/`))).toMatchObject({ kind: 'done' });
    const other = await on.execute(httpClaim(`https://other.test:${port}/`));
    expect(other).toMatchObject({ kind: 'retry', contact: 'unreached' });
    expect(other.detail).toContain("does not match certificate's altnames");
    expect(asked).toEqual([`localhost localhost.:${port}`, `false 127.0.0.1:${port}`]);
  });
});
