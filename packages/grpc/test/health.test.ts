import { credentials, Server, status } from '@grpc/grpc-js';
import { CleanupAdmin } from '@lease/core';
import { CleanupAdminServiceDefinition, healthV1, LeaseServiceDefinition } from '@lease/protocol';
import { describe, expect, it, vi } from 'vitest';
import { MemoryStore } from '@lease/storage-memory';
import { mountLease } from '../src/index.js';
import { bind } from './handler-server.js';
import { served, type Served } from './served.js';

const { ServingStatus } = {
  ServingStatus: healthV1.HealthCheckResponse_ServingStatus,
};

const [LEASES, ADMIN] = ['lease.v1.LeaseService', 'lease.v1.CleanupAdminService'];

function check(client: healthV1.HealthClient, service: string): Promise<unknown> {
  return new Promise((resolve) => {
    client.check({ service }, (error, response) => {
      resolve(error === null ? response.status : error.code);
    });
  });
}

describe('health', () => {
  it.each(['', LEASES, ADMIN])('%j is SERVING until the server drains', async (service) => {
    await using lease = await served({ withAdmin: true });
    const client = new healthV1.HealthClient(lease.address, credentials.createInsecure());
    expect(await check(client, service)).toBe(ServingStatus.SERVING);
    const seen: unknown[] = [];
    const watch = client.watch({ service });
    watch.on('data', (response: healthV1.HealthCheckResponse) => seen.push(response.status));
    watch.on('error', () => undefined);
    await vi.waitUntil(() => seen.length === 1);
    await lease.mounted.drain();
    expect(await check(client, service)).toBe(ServingStatus.NOT_SERVING);
    await vi.waitUntil(() => seen.length === 2);
    expect(seen).toEqual([ServingStatus.SERVING, ServingStatus.NOT_SERVING]);
    watch.cancel();
    client.close();
  });

  it('says what the caller knows, until the server drains', async () => {
    await using lease = await served({ withAdmin: true });
    const client = new healthV1.HealthClient(lease.address, credentials.createInsecure());
    const all = () => Promise.all(['', LEASES, ADMIN].map((service) => check(client, service)));
    const { SERVING, NOT_SERVING } = ServingStatus;
    lease.mounted.setServing(false);
    expect(await all()).toEqual([NOT_SERVING, NOT_SERVING, NOT_SERVING]);
    lease.mounted.setServing(true);
    expect(await all()).toEqual([SERVING, SERVING, SERVING]);
    await lease.mounted.drain();
    lease.mounted.setServing(true);
    expect(await all()).toEqual([NOT_SERVING, NOT_SERVING, NOT_SERVING]);
    client.close();
  });

  it('of a service that is not mounted nothing is known', async () => {
    await using lease = await served();
    const client = new healthV1.HealthClient(lease.address, credentials.createInsecure());
    expect(await check(client, ADMIN)).toBe(status.NOT_FOUND);
    client.close();
  });
});

describe('what is mounted', () => {
  const implemented = async (
    lease: Served,
    definition: Readonly<Record<string, { readonly path: string }>>,
  ) => {
    const answers: boolean[] = [];
    for (const { path } of Object.values(definition)) {
      const result = await lease.callRaw(path, Buffer.alloc(0));
      answers.push(!('error' in result) || result.error.code !== status.UNIMPLEMENTED);
    }
    return [...new Set(answers)];
  };

  it('without an admin, every RPC of LeaseService is there and none of CleanupAdminService', async () => {
    await using lease = await served();
    expect(await implemented(lease, LeaseServiceDefinition)).toEqual([true]);
    expect(await implemented(lease, CleanupAdminServiceDefinition)).toEqual([false]);
  });

  it('with an admin, every RPC of both', async () => {
    await using lease = await served({ withAdmin: true });
    expect(await implemented(lease, LeaseServiceDefinition)).toEqual([true]);
    expect(await implemented(lease, CleanupAdminServiceDefinition)).toEqual([true]);
  });

  it('an admin alone is served alone', async () => {
    const server = new Server();
    const admin = new CleanupAdmin({ store: new MemoryStore() });
    const mounted = mountLease(server, { admin, onFault: () => undefined });
    const address = `127.0.0.1:${await bind(server)}`;
    const health = new healthV1.HealthClient(address, credentials.createInsecure());
    expect(await check(health, ADMIN)).toBe(ServingStatus.SERVING);
    expect(await check(health, LEASES)).toBe(status.NOT_FOUND);
    await mounted.drain();
    expect(await check(health, ADMIN)).toBe(ServingStatus.NOT_SERVING);
    health.close();
    server.forceShutdown();
  });
});
