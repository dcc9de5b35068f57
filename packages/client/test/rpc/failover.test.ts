import { constants, createServer as createHttp2Server } from 'node:http2';
import { type AddressInfo, connect, createServer, type Server as TcpServer, type Socket } from 'node:net';
import type * as wire from '@lease/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { LeaseClient, LeaseError } from '../../src/index.js';
import { systemRuntime } from '../../src/system-runtime.js';
import { refusedAs, ScriptedServer } from '../support/scripted-server.js';
import { until } from '../support/until.js';

const object = { type: 'custom', id: 'x' };
/** Begins with the first address. */
const runtime = { ...systemRuntime, random: { ...systemRuntime.random, next: () => 0 } };

const opened: { kill(): void }[] = [];
const started = async (port = 0) => {
  const server = await ScriptedServer.start(port);
  opened.push(server);
  return server;
};
/** A port where nobody listens any more. */
const gone = async () => {
  const server = await started();
  server.kill();
  return server;
};
const connected = (addresses: readonly string[], timeoutMs = 10_000) => {
  const client = new LeaseClient({ addresses, serviceId: 'tests', timeoutMs }, runtime);
  opened.push({ kill: () => client.close() });
  return client;
};

/** A TCP proxy that can cut connections or swallow what goes through them. */
class Proxy {
  readonly #sockets = new Set<Socket>();
  #server: TcpServer | undefined;
  connections = 0;
  port = 0;

  static async to(target: number): Promise<Proxy> {
    const proxy = new Proxy();
    const server = createServer((near) => proxy.#join(near, connect(target, '127.0.0.1')));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    proxy.port = (server.address() as AddressInfo).port;
    proxy.#server = server;
    opened.push(proxy);
    return proxy;
  }

  #join(near: Socket, far: Socket): void {
    this.connections += 1;
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(from);
      from.on('error', () => undefined);
      from.on('close', () => to.destroy());
      // What was open when the swallowing began stays dead, as after a firewall forgot it.
      from.on('data', (chunk) => !this.#dead.has(from) && to.write(chunk));
    }
  }

  readonly #dead = new WeakSet<Socket>();

  /** Existing connections carry nothing from now on, and nobody learns of it. */
  blackhole(): void {
    for (const socket of this.#sockets) this.#dead.add(socket);
  }

  cut(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
    this.#sockets.clear();
  }

  kill(): void {
    this.#server?.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}

afterEach(() => {
  for (const each of opened.splice(0)) each.kill();
});

describe('with several addresses', () => {
  it('F1: goes on when the replica in use is killed', async () => {
    const [a, b] = [await started(), await started()];
    const client = connected([a.address, b.address]);
    await client.create({ object });
    expect([a.leases.size, b.leases.size]).toEqual([1, 0]);
    a.kill();
    await client.create({ object });
    await client.create({ object });
    expect(b.leases.size).toBe(2);
  });

  it('F1: finds the one that lives among the dead', async () => {
    const [dead, alive] = [await gone(), await started()];
    const client = connected([dead.address, '127.0.0.1:1', alive.address]);
    await client.create({ object });
    expect(alive.leases.size).toBe(1);
  });

  it('F6: leaves one that hangs in time for the next to answer', async () => {
    const [hung, alive] = [await started(), await started()];
    hung.before = () => new Promise(() => undefined);
    const client = connected([hung.address, alive.address], 2_000);
    await client.create({ object });
    await client.create({ object });
    expect(hung.calls).toHaveLength(1);
    expect(alive.leases.size).toBe(2);
  });

  it('F15: a server that shuts down sends its clients on', async () => {
    const [leaving, staying] = [await started(), await started()];
    leaving.before = () => {
      throw refusedAs('SHUTTING_DOWN');
    };
    const client = connected([leaving.address, staying.address]);
    await client.create({ object });
    expect(staying.leases.size).toBe(1);
  });

  it('S12: a lost reply is asked for again under the same id, at the other replica', async () => {
    const [a, b] = [await started(), await started()];
    a.after = () => {
      a.kill();
      return new Promise(() => undefined);
    };
    const client = connected([a.address, b.address]);
    const { lease } = await client.create({ object });
    const ids = [a, b].map((each) => each.requests<wire.CreateLeaseRequest>('createLease')[0]?.leaseId);
    expect(ids).toEqual([lease.leaseId, lease.leaseId]);
  });
});

describe('with one address', () => {
  it('S12: a lost reply is replayed', async () => {
    const server = await started();
    let replies = 0;
    server.after = () => {
      if ((replies += 1) < 3) throw refusedAs('STORE_UNAVAILABLE');
    };
    const client = connected([server.address]);
    const created = await client.create({ object });
    expect(created.replayed).toBe(true);
    const requests = server.requests<wire.CreateLeaseRequest>('createLease');
    expect(requests).toHaveLength(3);
    expect(new Set(requests.map(({ leaseId }) => leaseId))).toEqual(new Set([created.lease.leaseId]));
    expect(server.leases.size).toBe(1);
  });

  it('waits for a server that starts late, and for one that restarts', async () => {
    const { port } = await gone();
    const client = connected([`127.0.0.1:${port}`]);
    const early = client.create({ object });
    const server = await started(port);
    await early;

    server.kill();
    const meanwhile = client.create({ object });
    const again = await started(port);
    await meanwhile;
    expect(again.leases.size).toBe(1);
  });

  it('S14: however long a server is away, it is looked for every second', async () => {
    const knocks: number[] = [];
    const door = createServer((socket) => {
      knocks.push(performance.now());
      socket.resetAndDestroy();
    });
    await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
    opened.push({ kill: () => door.close() });
    const client = connected([`127.0.0.1:${(door.address() as AddressInfo).port}`]);
    const asking = client.get('x').catch((error: unknown) => error);
    // gRPC's own backoff would be at 14 s by now, and grow to 120 s.
    await until('it is looked for', () => knocks.length >= 9);
    const [last = 0, before = 0] = knocks.toReversed();
    expect(last - before).toBeLessThan(1_600);
    client.close();
    await expect(asking).resolves.toBeInstanceOf(LeaseError);
  });

  it('F5: a connection that is reset in mid-call is retried', async () => {
    const server = await started();
    const proxy = await Proxy.to(server.port);
    const client = connected([`127.0.0.1:${proxy.port}`]);
    let first = true;
    server.after = () => {
      if (first) proxy.cut();
      first = false;
    };
    const created = await client.create({ object });
    expect(created.replayed).toBe(true);
  });

  it('F6: a connection that died without a word is replaced', async () => {
    const server = await started();
    const proxy = await Proxy.to(server.port);
    const client = connected([`127.0.0.1:${proxy.port}`], 1_200);
    await client.create({ object });
    expect(proxy.connections).toBe(1);
    proxy.blackhole();
    await expect(client.create({ object })).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    await client.create({ object });
    expect(proxy.connections).toBe(2);
  });

  it('a slow answer does not cost the connection that answers others', async () => {
    const server = await started();
    const proxy = await Proxy.to(server.port);
    const client = connected([`127.0.0.1:${proxy.port}`], 1_200);
    server.before = (rpc) => (rpc === 'createLease' ? new Promise(() => undefined) : undefined);
    const slow = expect(client.create({ object })).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    await until('sent', () => server.calls.length === 1);
    await expect(client.get('x')).rejects.toMatchObject({ reason: 'LEASE_NOT_FOUND' });
    await slow;
    await expect(client.get('x')).rejects.toMatchObject({ reason: 'LEASE_NOT_FOUND' });
    expect(proxy.connections).toBe(1);
  });

  it.each([
    ['without a status', constants.NGHTTP2_NO_ERROR],
    ['with an internal error', constants.NGHTTP2_INTERNAL_ERROR],
    ['as cancelled', constants.NGHTTP2_CANCEL],
  ])('F15: a stream that ends %s was dropped, and is retried', async (_how, code) => {
    let streams = 0;
    const server = createHttp2Server();
    server.on('stream', (stream) => {
      streams += 1;
      stream.on('error', () => undefined);
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' });
      stream.close(code);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    opened.push({ kill: () => server.close() });
    const client = connected([`127.0.0.1:${(server.address() as AddressInfo).port}`]);
    await expect(client.get('x', { timeoutMs: 500 })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(streams).toBeGreaterThan(1);
  });

  it('says in short that nobody listens', async () => {
    const client = connected(['127.0.0.1:1']);
    const message = 'no connection (connect ECONNREFUSED 127.0.0.1:1): is lease-server running there?';
    await expect(client.get('x', { timeoutMs: 500 })).rejects.toThrow(message);
  });

  it('ends with its deadline when nobody answers', async () => {
    const server = await started();
    server.before = () => new Promise(() => undefined);
    const client = connected([server.address]);
    const startMs = performance.now();
    await expect(client.get('x', { timeoutMs: 300 })).rejects.toMatchObject({
      code: 'DEADLINE_EXCEEDED',
      reason: undefined,
    });
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(290);
    expect(performance.now() - startMs).toBeLessThan(3_000);
  });

  it('is given up with the reason of the signal, and the server is told', async () => {
    const server = await started();
    server.before = () => new Promise(() => undefined);
    const client = connected([server.address]);
    const aborter = new AbortController();
    const calls = Array.from({ length: 20 }, () => client.get('x', { signal: aborter.signal }));
    const settled = Promise.allSettled(calls);
    await until('sent', () => server.calls.length === 20);
    aborter.abort(new Error('enough'));
    for (const each of await settled) {
      expect(each).toMatchObject({ status: 'rejected', reason: { message: 'enough' } });
    }
    await expect(client.get('x', { signal: aborter.signal })).rejects.toThrow('enough');
    expect(server.calls).toHaveLength(20);
  });
});
