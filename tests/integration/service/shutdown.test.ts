import { describe, expect, it } from 'vitest';
import {
  aLease,
  anObject,
  duration,
  eventually,
  expectAttempts,
  httpCleanup,
  operations,
  RawClient,
  RawError,
  startMock,
  startServer,
  type RunningServer,
} from '../../helpers/index.js';
import { clutter } from '../../helpers/clutter.js';
import { freshSchema, startPostgres } from '../../helpers/postgres/index.js';

// Much of the time is spent waiting: they do so together.
describe.concurrent.each(['memory', 'sqlite'] as const)('a %s server that is told to stop', (storage) => {
  it('L6: ends with 0, whatever its clients do', async () => {
    await using server = await startServer({ storage });
    using client = new RawClient(server.grpc);
    await client.call('CreateLease', aLease());
    await clutter(server);
    const startMs = performance.now();
    expect(await server.kill('SIGTERM')).toEqual({ code: 0, signal: null });
    // Far less than the 25 s that it may take: there is nothing to wait for.
    expect(performance.now() - startMs).toBeLessThan(8_000);
    expect(server.child.output).toContain('"msg":"stopped"');
  });

  it('L6: ends with 0 within the drain limit while a callback hangs', async () => {
    await using mock = await startMock({ script: 'hang' });
    await using server = await startServer({ storage, flags: ['--drain-limit', '2s'] });
    using client = new RawClient(server.grpc);
    const retry = { attempt_timeout: duration(30_000) };
    const lease = aLease({ cleanup: httpCleanup(mock, { retry }) });
    await client.call('CreateLease', lease);
    await client.call('ReleaseLease', lease);
    await expectAttempts(mock, lease.object, 1);
    const startMs = performance.now();
    expect(await server.kill('SIGTERM')).toEqual({ code: 0, signal: null });
    // The rest is for the signal and the exit of a process on a busy machine.
    expect(performance.now() - startMs).toBeLessThan(4_000);
  });
});

describe.concurrent('a sqlite server that stops', () => {
  it('S8: gives back what it did not begin, records what it began, and collects the rest when it is back', async () => {
    await using mock = await startMock({ script: 'delay 300ms ok' });
    const flags = ['--claim-ttl', '33s'];
    await using server = await startServer({ flags });
    const requests = Array.from({ length: 60 }, () =>
      aLease({ object: anObject('blob'), cleanup: httpCleanup(mock) }),
    );
    {
      using client = new RawClient(server.grpc);
      await client.call('BatchCreateLeases', { requests });
      await client.call('BatchReleaseLeases', { requests });
      await eventually(async () => expect((await mock.calls()).length).toBeGreaterThan(10));
      await server.stop();
    }
    const before = (await mock.calls()).length;
    expect(before).toBeLessThan(requests.length);

    await server.restart();
    using client = new RawClient(server.grpc);
    const { stats } = await client.call('GetStats', {});
    expect(stats.cleanups.collected).toBeGreaterThanOrEqual(before);
    // None waits for a claim of 33 s to run out, and none is done twice.
    await eventually(async () =>
      expect((await client.call('GetStats', {})).stats.cleanups.collected).toBe(requests.length),
    );
    expect(await mock.calls()).toHaveLength(requests.length);
    expect((await client.call('GetStats', {})).stats.attempts).toMatchObject({
      lost: 0,
      stale: 0,
      retried: 0,
    });
  });

  it('S11: answers each call or refuses it, and keeps what it answered', async () => {
    await using server = await startServer();
    const acknowledged: string[] = [];
    {
      using client = new RawClient(server.grpc);
      const worker = async () => {
        for (;;) {
          const request = aLease();
          await client.call('CreateLease', request);
          acknowledged.push(request.lease_id);
        }
      };
      const workers = Promise.allSettled(Array.from({ length: 8 }, worker));
      await eventually(() => expect(acknowledged.length).toBeGreaterThan(50), { everyMs: 1 });
      await server.stop();
      for (const result of await workers) {
        const error: unknown = result.status === 'rejected' ? result.reason : undefined;
        expect(error).toBeInstanceOf(RawError);
        expect(error).toMatchObject({ code: 'UNAVAILABLE' });
      }
    }
    await server.restart();
    using client = new RawClient(server.grpc);
    expect((await client.call('GetStats', {})).stats.leases.active).toBeGreaterThanOrEqual(
      acknowledged.length,
    );
    for (const lease_id of acknowledged) await client.call('GetLease', { lease_id });
  });
});

/** A server with a callback in flight that would take half a minute. */
async function busyServer(...flags: readonly string[]) {
  const mock = await startMock({ script: 'hang' });
  const server = await startServer({ storage: 'memory', flags });
  using client = new RawClient(server.grpc);
  const lease = aLease({
    cleanup: httpCleanup(mock, { retry: { attempt_timeout: duration(30_000) } }),
  });
  await client.call('CreateLease', lease);
  await client.call('ReleaseLease', lease);
  await expectAttempts(mock, lease.object, 1);
  return server;
}

const stopping = (server: RunningServer) =>
  eventually(() => expect(server.child.output).toContain('"msg":"stopping"'));

describe.concurrent('a signal after the first', () => {
  it('L6: hurries: what is in flight is aborted and recorded', async () => {
    const server = await busyServer();
    const exit = server.kill('SIGTERM');
    await stopping(server);
    const startMs = performance.now();
    expect(await server.kill('SIGINT')).toEqual({ code: 0, signal: null });
    expect(await exit).toEqual({ code: 0, signal: null });
    expect(performance.now() - startMs).toBeLessThan(5_000);
    const [stopped] = server.child.output.split('\n').filter((line) => line.includes('"msg":"stopped"'));
    const { clean, components } = JSON.parse(stopped ?? '') as {
      clean: boolean;
      components: { name: string; outcome: string }[];
    };
    expect(clean).toBe(false);
    expect(components).toContainEqual(expect.objectContaining({ name: 'collector', outcome: 'cut short' }));
    expect(components).toContainEqual(expect.objectContaining({ name: 'store', outcome: 'cut short' }));
  });

  it('and a third one ends it at once', async () => {
    const postgres = await startPostgres();
    await using server = await startServer({
      storage: 'postgres',
      database: { ...freshSchema(), url: postgres.url },
    });
    // Nothing that waits for the database ends soon, however it is hurried.
    postgres.pause();
    const exit = server.kill('SIGTERM');
    await stopping(server);
    void server.kill('SIGTERM');
    await eventually(() => expect(server.child.output).toContain('a second signal'));
    void server.kill('SIGTERM');
    expect(await exit).toEqual({ code: 143, signal: null });
    postgres.resume();
  });
});

it.concurrent('F4, L6: a database that hangs does not hold up the end beyond the drain limit', async () => {
  const postgres = await startPostgres();
  const { schema } = freshSchema();
  await using server = await startServer({
    storage: 'postgres',
    database: { url: postgres.url, schema },
    flags: ['--drain-limit', '3s'],
  });
  postgres.pause();
  const startMs = performance.now();
  expect(await server.kill('SIGTERM')).toEqual({ code: 0, signal: null });
  expect(performance.now() - startMs).toBeLessThan(5_000);
  expect(server.child.output).toMatch(/"outcome":"(left behind|cut short)"/);
  postgres.resume();
});

it.concurrent('L6: Ctrl-C is as good as SIGTERM', async () => {
  await using server = await startServer({ storage: 'memory' });
  expect(await server.kill('SIGINT')).toEqual({ code: 0, signal: null });
});

it.concurrent('a server says that it is not ready as long as it is stopping', async () => {
  await using mock = await startMock({ script: 'hang' });
  await using server = await startServer({ storage: 'memory', flags: ['--drain-limit', '10s'] });
  using client = new RawClient(server.grpc);
  const lease = aLease({ cleanup: httpCleanup(mock) });
  await client.call('CreateLease', lease);
  await client.call('ReleaseLease', lease);
  await expectAttempts(mock, lease.object, 1);
  const exit = server.kill('SIGTERM');
  await eventually(async () => expect((await operations(server, '/readyz')).status).toBe(503));
  expect((await operations(server, '/readyz')).text).toContain('shutting down');
  expect((await operations(server, '/healthz')).status).toBe(200);
  const refused = client.call('GetStats', {});
  await expect(refused).rejects.toMatchObject({ code: 'UNAVAILABLE', reason: 'SHUTTING_DOWN' });
  // The endpoint ends the hang, and the server with it.
  await mock.child.kill('SIGKILL');
  expect(await exit).toEqual({ code: 0, signal: null });
});
