import http from 'node:http';
import { describe, expect, test } from 'vitest';
import { egressGuard, type EgressGuardOptions, HttpExecutor } from '../../src/http/index.js';
import { LeaseService } from '../../src/index.js';
import { RecordingStore } from '../service/recording-store.js';
import { withUrl } from '../service/requests.js';
import { httpClaim } from './endpoint.js';
import { eachTest, type Fixture } from './fixture.js';
import { interceptConnections } from './intercept.js';

let on: Fixture;
eachTest((fixture) => (on = fixture));

/** What the name resolves to, look-up after look-up; the last answer stays. */
function guarded(options: EgressGuardOptions, ...answers: readonly (readonly string[])[]) {
  const left = [...answers];
  let last: readonly string[] = [];
  const guard = egressGuard({
    ...options,
    resolveName: () => Promise.resolve((last = left.shift() ?? last)),
  });
  on.executor = new HttpExecutor({ clock: on.clock, guard });
  return guard;
}

const OUTSIDE = { allowLoopback: false, allow: ['public'] };
const PUBLIC = ['93.184.216.34', '2606:2800:220:1::1'];
const TRAP = ['127.0.0.1'];
const forbidden = { kind: 'fail', abandonReason: 'TARGET_FORBIDDEN' };

describe('a name that moves', () => {
  test('between create and attempt is refused, and the trap is not touched', async () => {
    const trap = await on.answering(200);
    const url = trap.url.replace('127.0.0.1', 'moving.test');
    const { admitTarget } = guarded(OUTSIDE, PUBLIC, TRAP);
    const service = new LeaseService({ store: new RecordingStore(), admitTarget });
    expect(await service.create(withUrl(url))).toMatchObject({ ok: true });
    expect(await on.execute(httpClaim(url))).toMatchObject(forbidden);
    expect(trap.connections()).toBe(0);
  });

  test('between two attempts is refused at the second', async () => {
    const trap = await on.answering(200);
    const url = trap.url.replace('127.0.0.1', 'moving.test');
    const connections = interceptConnections();
    guarded(OUTSIDE, PUBLIC, TRAP);
    expect(await on.execute(httpClaim(url))).toMatchObject({ kind: 'retry', contact: 'unreached' });
    expect(await on.execute(httpClaim(url))).toMatchObject(forbidden);
    expect(connections).toEqual([{ port: Number(new URL(url).port), addresses: PUBLIC }]);
    expect(trap.connections()).toBe(0);
  });

  test('within an attempt is called where it was checked', async () => {
    const connections = interceptConnections();
    guarded(OUTSIDE, PUBLIC, TRAP);
    await on.execute(httpClaim('http://moving.test/'));
    expect(connections).toEqual([{ port: 80, addresses: PUBLIC }]);
  });

  test('with one good and one bad address is refused, in any order', async () => {
    const trap = await on.answering(200);
    const url = trap.url.replace('127.0.0.1', 'both.test');
    guarded(OUTSIDE, [...PUBLIC, ...TRAP], [...TRAP, ...PUBLIC]);
    expect(await on.execute(httpClaim(url))).toMatchObject(forbidden);
    expect(await on.execute(httpClaim(url))).toMatchObject(forbidden);
    expect(trap.connections()).toBe(0);
  });

  test('leaves no kept connection behind: the next callback goes to where the name is now', async () => {
    const before = await on.answering(200);
    const after = await on.opened(startOn('127.0.0.2', Number(new URL(before.url).port)));
    const claim = httpClaim(before.url.replace('127.0.0.1', 'moving.test'));
    guarded({ allowLoopback: true, allow: ['public'] }, TRAP, TRAP, ['127.0.0.2'], TRAP, ['10.0.0.1']);
    const results = [];
    for (let attempt = 1; attempt <= 5; attempt++) results.push(await on.execute(claim));
    expect(results.slice(0, 4).map(({ kind }) => kind)).toEqual(['done', 'done', 'done', 'done']);
    expect(results[4]).toMatchObject(forbidden);
    expect([before.requests.length, after.requests()]).toEqual([3, 1]);
    expect(before.connections()).toBe(1);
  });

  test('keeps its connection if the same addresses come in another order', async () => {
    const endpoint = await on.answering(200);
    const claim = httpClaim(endpoint.url.replace('127.0.0.1', 'round-robin.test'));
    guarded(
      { allowLoopback: true, allow: ['public'] },
      ['127.0.0.1', '127.0.0.3'],
      ['127.0.0.3', '127.0.0.1'],
    );
    expect(await on.execute(claim)).toMatchObject({ kind: 'done' });
    expect(await on.execute(claim)).toMatchObject({ kind: 'done' });
    expect(endpoint.connections()).toBe(1);
  });

  test('is tried at its next address if nobody is at the first', async () => {
    const endpoint = await on.answering(200);
    guarded({ allowLoopback: true, allow: ['public'] }, ['127.0.0.4', '127.0.0.1']);
    const claim = httpClaim(endpoint.url.replace('127.0.0.1', 'two.test'));
    expect(await on.execute(claim)).toMatchObject({ kind: 'done' });
  });
});

describe('a redirect', () => {
  const statuses = [301, 302, 303, 307, 308];
  test.each(
    statuses.flatMap((status) => ['/elsewhere', '//trap', 'trap', 'same'].map((to) => [status, to] as const)),
  )('F9: %i to %s is terminal, and its target is not contacted', async (status, to) => {
    const trap = await on.answering(200);
    const endpoint = await on.opened(startRedirecting());
    const location =
      { '//trap': trap.url.replace('http:', ''), trap: trap.url, same: `${endpoint.url}2` }[to] ?? to;
    endpoint.redirect(status, location);
    expect(await on.execute(httpClaim(endpoint.url))).toMatchObject({
      kind: 'fail',
      abandonReason: 'TERMINAL_ANSWER',
      statusCode: status,
    });
    expect(endpoint.paths).toEqual(['/cleanup']);
    expect(trap.connections()).toBe(0);
  });
});

async function startOn(host: string, port: number) {
  let requests = 0;
  const server = http.createServer((_, response) => {
    requests += 1;
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(port, host, resolve));
  return { requests: () => requests, close: () => closed(server) };
}

async function startRedirecting() {
  const paths: (string | undefined)[] = [];
  let answer: [number, Record<string, string>] = [500, {}];
  const server = http.createServer((request, response) => {
    paths.push(request.url);
    response.writeHead(...answer).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${port}/cleanup`,
    paths,
    redirect: (status: number, location: string) => (answer = [status, { location }]),
    close: () => closed(server),
  };
}

function closed(server: http.Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
