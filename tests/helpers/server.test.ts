import { expect, describe, it } from 'vitest';
import {
  aLease,
  expectCollectedOnce,
  expectLeaseState,
  grpcCleanup,
  httpCleanup,
  RawClient,
  startMock,
  startServer,
} from './index.js';

describe('a server of the harness', () => {
  it('serves, comes back at the same addresses with the same data, and ends cleanly', async () => {
    await using server = await startServer({ flags: ['--grace', '200ms'] });
    using client = new RawClient(server.grpc);
    const request = aLease();
    await client.call('CreateLease', request);
    const { grpc, http } = server;

    expect(await server.kill()).toEqual({ code: null, signal: 'SIGKILL' });
    await server.restart();
    expect(server).toMatchObject({ grpc, http });
    await expectLeaseState(client, request.lease_id, 'ACTIVE');
    expect((await fetch(`${http}/healthz`)).status).toBe(200);
    await server.stop();
    expect(server.child.running).toBe(false);
  });

  it.each(['memory', 'sqlite'] as const)('on %s calls the mock over both protocols', async (storage) => {
    await using server = await startServer({ storage, flags: ['--grace', '200ms'] });
    await using mock = await startMock();
    using client = new RawClient(server.grpc);
    const requests = [aLease({ cleanup: httpCleanup(mock) }), aLease({ cleanup: grpcCleanup(mock) })];
    for (const request of requests) {
      await client.call('CreateLease', request);
      await client.call('ReleaseLease', { lease_id: request.lease_id, service_id: request.service_id });
    }
    const calls = await Promise.all(requests.map(({ object }) => expectCollectedOnce(mock, object)));
    expect(calls.map(({ protocol }) => protocol)).toEqual(['http', 'grpc']);
    expect(calls.map(({ body }) => body.lease_id)).toEqual(requests.map(({ lease_id }) => lease_id));
  });
});
