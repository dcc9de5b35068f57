import { once } from 'node:events';
import { createServer } from 'node:net';
import { type sendUnaryData, Server, ServerCredentials, type ServerUnaryCall } from '@grpc/grpc-js';
import {
  CleanupHandlerServiceDefinition,
  type CleanupRequest,
  type CleanupResponse,
  CreateLeaseRequest,
} from '@lease/protocol';
import { describe, expect, it } from 'vitest';
import { create, endpoint, milliseconds, running, temporaryDirectory } from './running.js';

describe.each(['memory', 'sqlite'] as const)('a server on %s', (storage) => {
  it('L1 S9: collects an object that its holder has lost, once', async () => {
    using dir = temporaryDirectory();
    await using cleanup = await endpoint();
    await using lease = await running({ storage, dataDir: dir.path });
    const leaseId = await lease.create(create('lost', milliseconds(200), cleanup.url));
    await cleanup.called(1);
    expect(cleanup.calls).toMatchObject([
      { object_type: 'blob', object_id: 'lost', reason: 'EXPIRED', lease_id: leaseId, attempt: 1 },
    ]);
    const stats = await lease.stats();
    expect(stats.leases).toMatchObject({ created: 1n, expired: 1n, active: 0n });
    await lease.server.stop();
    expect(cleanup.calls).toHaveLength(1);
  });

  it('L1: a release wakes the collector, which would look only twice a second', async () => {
    using dir = temporaryDirectory();
    await using cleanup = await endpoint();
    await using lease = await running({ storage, dataDir: dir.path, sweepIntervalMs: 500 });
    for (let i = 1; i <= 10; i++) {
      const request = create(`object-${i}`, milliseconds(60_000), cleanup.url);
      const leaseId = await lease.create(request);
      const startMs = performance.now();
      await lease.release(leaseId);
      await cleanup.called(i);
      expect(performance.now() - startMs).toBeLessThan(250);
    }
  });

  it('calls a gRPC handler', async () => {
    using dir = temporaryDirectory();
    const handler = new Server();
    const called = new Promise<CleanupRequest>((resolve) => {
      handler.addService(CleanupHandlerServiceDefinition, {
        cleanup: (
          call: ServerUnaryCall<CleanupRequest, CleanupResponse>,
          answer: sendUnaryData<CleanupResponse>,
        ) => {
          resolve(call.request);
          answer(null, {});
        },
      });
    });
    const port = await new Promise<number>((resolve, reject) => {
      handler.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) => {
        if (error) reject(error);
        else resolve(bound);
      });
    });
    await using lease = await running({ storage, dataDir: dir.path });
    const request = CreateLeaseRequest.fromPartial({
      ...create('over-grpc', milliseconds(50)),
      cleanup: { target: { $case: 'grpc', value: { address: `127.0.0.1:${port}` } } },
    });
    await lease.create(request);
    expect(await called).toMatchObject({ objectId: 'over-grpc', objectType: 'blob', attempt: 1 });
    handler.forceShutdown();
  });

  it('serves its pages', async () => {
    using dir = temporaryDirectory();
    await using lease = await running({ storage, dataDir: dir.path });
    const pages = `http://${lease.server.http}`;
    expect(await (await fetch(`${pages}/readyz`)).json()).toMatchObject({ ready: true });
    await lease.create(create('x', milliseconds(60_000)));
    const metrics = await (await fetch(`${pages}/metrics`)).text();
    expect(metrics).toContain('\nlease_leases_active 1\n');
    expect(metrics).toContain('\nlease_store_up 1\n');
  });
});

describe('a server', () => {
  it('that holds cleanups serves leases and collects nothing', async () => {
    await using cleanup = await endpoint();
    await using lease = await running({ holdCleanups: true });
    const leaseId = await lease.create(create('x', milliseconds(60_000), cleanup.url));
    await lease.release(leaseId);
    const pages = `http://${lease.server.http}`;
    expect(await (await fetch(`${pages}/readyz`)).json()).toMatchObject({ ready: true, collecting: false });
    const metrics = await (await fetch(`${pages}/metrics`)).text();
    expect(metrics).toContain('\nlease_collecting 0\n');
    expect(metrics).toContain('\nlease_cleanups_open 1\n');
    expect(metrics).toContain('\nlease_attempts_claimed_total 0\n');
    expect(metrics).toContain('\nlease_last_sweep_timestamp_seconds 0\n');
  });

  it('allows cleanups on loopback only while every listener is there', async () => {
    await using cleanup = await endpoint();
    const far = { host: '0.0.0.0', port: 0 };
    await using lease = await running({ grpcListen: far, insecureListen: true });
    const request = create('x', milliseconds(60_000), cleanup.url);
    await expect(lease.create(request)).rejects.toThrow('CLEANUP_TARGET_FORBIDDEN');
    const named = create('y', milliseconds(60_000), 'http://10.1.2.3/');
    await expect(lease.create(named)).rejects.toThrow('CLEANUP_TARGET_FORBIDDEN');
    await using wider = await running({ allowCleanupTarget: ['10.0.0.0/8'] });
    await wider.create(named);
  });

  it('refuses cleanups at its own ports', async () => {
    await using lease = await running({});
    for (const own of [lease.server.http, lease.server.grpc]) {
      const request = create('x', milliseconds(60_000), `http://${own}/`);
      await expect(lease.create(request)).rejects.toThrow('CLEANUP_TARGET_FORBIDDEN');
    }
  });

  it('passes its bounds on', async () => {
    await using lease = await running({ minTtlMs: 5_000, maxLeasesPerService: 1 });
    await expect(lease.create(create('x', milliseconds(4_999)))).rejects.toThrow('INVALID_REQUEST');
    await lease.create(create('x', milliseconds(5_000)));
    await expect(lease.create(create('y', milliseconds(5_000)))).rejects.toThrow('LEASE_QUOTA_EXCEEDED');
  });

  it.each(['grpcListen', 'httpListen'] as const)(
    'that cannot have a port (%s) says so, and leaves nothing open',
    async (name) => {
      using dir = temporaryDirectory();
      const squatter = createServer().listen(0, '127.0.0.1');
      await once(squatter, 'listening');
      const { port } = squatter.address() as { port: number };
      const settings = { storage: 'sqlite', dataDir: dir.path } as const;
      await expect(running({ ...settings, [name]: { host: '127.0.0.1', port } })).rejects.toThrow(
        `cannot listen on 127.0.0.1:${port}: another process listens there (--`,
      );
      squatter.close();
      await using second = await running(settings);
      expect(second.server.grpc).toMatch(/^127\.0\.0\.1:\d+$/);
    },
  );

  it('that finds its data directory in use says so', async () => {
    using dir = temporaryDirectory();
    const settings = { storage: 'sqlite', dataDir: dir.path } as const;
    await using first = await running(settings);
    await expect(running(settings)).rejects.toMatchObject({
      phase: 'migrations',
      cause: { name: 'SqliteFileInUseError' },
    });
    expect(first.server.grpc).toMatch(/^127\.0\.0\.1:\d+$/);
  });
});
