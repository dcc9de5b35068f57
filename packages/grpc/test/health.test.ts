import { credentials, status } from '@grpc/grpc-js';
import { healthV1, LeaseServiceDefinition } from '@lease/protocol';
import { describe, expect, it, vi } from 'vitest';
import { errorOf, served } from './served.js';

const { ServingStatus } = {
  ServingStatus: healthV1.HealthCheckResponse_ServingStatus,
};

function check(client: healthV1.HealthClient, service: string): Promise<unknown> {
  return new Promise((resolve) => {
    client.check({ service }, (error, response) => {
      resolve(error === null ? response.status : error.code);
    });
  });
}

describe('health', () => {
  it.each(['', 'lease.v1.LeaseService'])('%j is SERVING until the server drains', async (service) => {
    await using lease = await served();
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

  it('of another service nothing is known', async () => {
    await using lease = await served();
    const client = new healthV1.HealthClient(lease.address, credentials.createInsecure());
    expect(await check(client, 'lease.v1.CleanupAdminService')).toBe(status.NOT_FOUND);
    client.close();
  });
});

describe('RPCs of later work', () => {
  it('answer UNIMPLEMENTED, by name', async () => {
    await using lease = await served();
    const path = '/lease.v1.CleanupAdminService/ListCleanups';
    expect(errorOf(await lease.callRaw(path, Buffer.alloc(0)))).toEqual({
      code: status.UNIMPLEMENTED,
      message: `The server does not implement the method ${path}`,
    });
  });

  it('every RPC of LeaseService is there', async () => {
    await using lease = await served();
    for (const { path } of Object.values(LeaseServiceDefinition)) {
      const result = await lease.callRaw(path, Buffer.alloc(0));
      expect('error' in result ? result.error.code : status.OK, path).not.toBe(status.UNIMPLEMENTED);
    }
  });
});
