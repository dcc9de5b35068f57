import { connect as connectHttp2 } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { credentials } from '@grpc/grpc-js';
import { healthV1 } from '@lease/protocol';
import { describe, expect, it, vi } from 'vitest';
import { create, endpoint, milliseconds, running, temporaryDirectory } from './running.js';

function hostAndPort(address: string): [number, string] {
  const [host = '', port] = address.split(':');
  return [Number(port), host];
}

describe('stop', () => {
  it('L6: waits for the attempt in flight, and records it', async () => {
    using dir = temporaryDirectory();
    let answer: () => void = () => undefined;
    await using cleanup = await endpoint((response) => (answer = () => response.end()));
    const settings = { storage: 'sqlite', dataDir: dir.path } as const;
    const lease = await running(settings);
    await lease.create(create('x', milliseconds(50), cleanup.url));
    await cleanup.called(1);
    let stopped = false;
    const stop = lease.server.stop().then(() => (stopped = true));
    await expect(lease.stats()).rejects.toThrow('SHUTTING_DOWN');
    const ready = await fetch(`http://${lease.server.http}/readyz`);
    expect(await ready.json()).toMatchObject({ ready: false, reasons: ['shutting down'] });
    expect(stopped).toBe(false);
    answer();
    await stop;
    lease.disconnect();
    await using again = await running(settings);
    const stats = await again.stats();
    expect(stats.cleanups).toMatchObject({ collected: 1n, open: 0n });
    expect(stats.attempts).toMatchObject({ claimed: 1n, done: 1n });
    expect(cleanup.calls).toHaveLength(1);
  });

  it('L6: idle and stuck clients do not hold it up', async () => {
    const lease = await running();
    const [grpcPort, host] = hostAndPort(lease.server.grpc);
    const [httpPort] = hostAndPort(lease.server.http);
    const sockets: Socket[] = [connect(grpcPort, host), connect(httpPort, host)];
    // A request whose end never comes, over HTTP and over gRPC.
    sockets[1]?.write('GET /readyz HTTP/1.1\r\nhost: x\r\n');
    const session = connectHttp2(`http://${lease.server.grpc}`);
    session.on('error', () => undefined);
    const stream = session.request({
      ':method': 'POST',
      ':path': '/lease.v1.LeaseService/GetStats',
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    stream.on('error', () => undefined);
    const health = new healthV1.HealthClient(lease.server.grpc, credentials.createInsecure());
    const watch = health.watch({ service: '' });
    const seen: unknown[] = [];
    watch.on('data', (message) => seen.push(message)).on('error', () => undefined);
    for (const socket of sockets) socket.resume().on('error', () => undefined);
    await vi.waitUntil(() => seen.length === 1 && !stream.pending);
    const startMs = performance.now();
    await lease.server.stop();
    expect(performance.now() - startMs).toBeLessThan(3_000);
    await vi.waitUntil(() => sockets.every((socket) => socket.destroyed) && session.destroyed);
    health.close();
    lease.disconnect();
  });

  it('L6: an attempt that hangs is cut off in time', async () => {
    await using cleanup = await endpoint(() => undefined);
    const lease = await running({ drainLimitMs: 2_500 });
    await lease.create(create('x', milliseconds(50), cleanup.url));
    await cleanup.called(1);
    const startMs = performance.now();
    await lease.server.stop();
    const tookMs = performance.now() - startMs;
    expect(tookMs).toBeGreaterThan(1_900);
    expect(tookMs).toBeLessThan(2_500);
    lease.disconnect();
  });
});
