import { LeaseClient, LeaseError } from '@lease/client';
import { describe, expect, it, onTestFinished } from 'vitest';
import { anObject, eventually, startServer, unusedPort } from '../../helpers/index.js';

function clientOf(addresses: readonly string[], timeoutMs = 10_000): LeaseClient {
  const client = new LeaseClient({ addresses, serviceId: 'failover', timeoutMs });
  onTestFinished(() => {
    client.close();
  });
  return client;
}

describe('a client with several addresses', () => {
  it('calls one that answers, wherever a dead one stands in the list', async () => {
    await using server = await startServer({ storage: 'memory' });
    const dead = `127.0.0.1:${await unusedPort()}`;
    for (const addresses of [
      [dead, server.grpc],
      [server.grpc, dead],
    ]) {
      const client = clientOf(addresses);
      for (let i = 0; i < 20; i += 1) {
        const { lease } = await client.create({ object: anObject() });
        expect((await client.renew(lease)).lease.renewalCount).toBe(1);
        await client.release(lease);
      }
    }
  });

  it('holds on through a restart of the only server that is alive', async () => {
    await using server = await startServer();
    const client = clientOf([`127.0.0.1:${await unusedPort()}`, server.grpc]);
    const hold = await client.hold({ object: anObject(), ttlMs: 2_000 });
    await server.restart();
    const renewals = hold.lease.renewalCount;
    await eventually(() => {
      expect(hold.lease.renewalCount).toBeGreaterThan(renewals);
      expect(hold.state).toBe('held');
    });
    await hold.release();
    expect((await client.get(hold.leaseId)).lease).toMatchObject({
      state: 'RELEASED',
      disposition: 'COLLECT',
    });
  });

  it('waits for a server within the deadline of the call, and no longer', async () => {
    await using server = await startServer();
    const client = clientOf([server.grpc]);
    await client.stats();
    await server.kill();
    const startMs = performance.now();
    const error: unknown = await client.stats({ timeoutMs: 500 }).catch((reason: unknown) => reason);
    expect(performance.now() - startMs).toBeLessThan(2_000);
    expect(error).toBeInstanceOf(LeaseError);
    expect((error as LeaseError).code).toMatch(/^(UNAVAILABLE|DEADLINE_EXCEEDED)$/);
    const waiting = client.create({ object: anObject() });
    await server.restart();
    expect((await waiting).lease.state).toBe('ACTIVE');
  });
});
