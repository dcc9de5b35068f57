import { setMaxListeners } from 'node:events';
import { connect, type Socket } from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import { GrpcExecutor } from '../src/index.js';
import { grpcClaim, local } from './claims.js';
import { type Behaviour, handlerServer } from './handler-server.js';
import { http2Server, tcpServer } from './raw-server.js';

const never = new AbortController().signal;
// The attempts of a collector have a signal each.
setMaxListeners(0, never);
const done: Behaviour = (_, answer) => {
  answer(null, {});
};
const executor = () => new GrpcExecutor({ guard: local });

describe('channels', () => {
  it('one connection serves one address, attempt after attempt and side by side', async () => {
    await using server = await handlerServer(done);
    const one = executor();
    for (let i = 0; i < 5; i++) await one.execute(grpcClaim(server.address), never);
    await Promise.all(Array.from({ length: 20 }, () => one.execute(grpcClaim(server.address), never)));
    expect(server.calls).toHaveLength(25);
    expect(server.peers.size).toBe(1);
    await one.close();
  });

  it('an endpoint that comes back is reached by the very next attempt', async () => {
    const one = executor();
    const gone = await handlerServer(done);
    const { address } = gone;
    expect(await one.execute(grpcClaim(address), never)).toMatchObject({ kind: 'done' });
    await gone[Symbol.asyncDispose]();
    // The first may still find the connection that has just been closed.
    await vi.waitUntil(async () => {
      const result = await one.execute(grpcClaim(address), never);
      return result.kind === 'retry' && result.contact === 'unreached';
    });
    await using back = await handlerServer(done, address);
    expect(await one.execute(grpcClaim(address), never)).toMatchObject({ kind: 'done' });
    expect(back.calls).toHaveLength(1);
    await one.close();
  });

  it('S9: a connection on which nothing comes back is not used again, so a host that moved is reached', async () => {
    await using server = await handlerServer(done);
    const port = Number(server.address.split(':')[1]);
    const sockets: Socket[] = [];
    // Nobody resets what a machine that was unplugged had open: the packets vanish.
    await using proxy = await tcpServer((socket) => {
      const behind = connect(port, '127.0.0.1').on('error', () => undefined);
      socket.pipe(behind).pipe(socket);
      socket.on('close', () => behind.destroy());
      sockets.push(socket);
    });
    const one = executor();
    expect(await one.execute(grpcClaim(proxy.address), never)).toMatchObject({ kind: 'done' });
    sockets[0]?.unpipe().resume();
    expect(await one.execute(grpcClaim(proxy.address, { timeoutMs: 300 }), never)).toMatchObject({
      contact: 'unanswered',
    });
    expect(await one.execute(grpcClaim(proxy.address), never)).toMatchObject({ kind: 'done' });
    expect(sockets).toHaveLength(2);
    await one.close();
  });

  it.each([
    ['says nothing', false, (socket: Socket) => socket.resume()],
    ['says nothing to TLS', true, (socket: Socket) => socket.resume()],
    ['speaks no HTTP/2', false, (socket: Socket) => socket.resume().write('220 mail.test ESMTP\r\n')],
  ])('an endpoint that accepts and %s costs no socket once its attempt has ended', async (_, tls, accept) => {
    const sockets: Socket[] = [];
    await using silent = await tcpServer((socket) => {
      sockets.push(socket);
      accept(socket);
    });
    const one = executor();
    for (let i = 1; i <= 3; i++) {
      const attempt = await one.execute(grpcClaim(silent.address, { tls, timeoutMs: 100 }), never);
      expect(attempt).toMatchObject({ kind: 'retry', contact: 'unreached' });
      expect(sockets.length).toBeGreaterThanOrEqual(i);
      await vi.waitUntil(() => sockets.every(({ destroyed }) => destroyed));
    }
    await one.close();
  });

  it('no more idle channels are kept than allowed, the latest used', async () => {
    await using a = await handlerServer(done);
    await using b = await handlerServer(done);
    await using c = await handlerServer(done);
    const one = new GrpcExecutor({ guard: local, maxIdleChannels: 2 });
    for (const { address } of [a, b, a, c, a, b]) await one.execute(grpcClaim(address), never);
    expect([a.peers.size, b.peers.size, c.peers.size]).toEqual([1, 2, 1]);
    await one.close();
  });

  it('close() breaks off what is in flight and frees the sockets', async () => {
    let calls = 0;
    await using server = await http2Server(() => (calls += 1));
    const one = executor();
    const attempts = [1, 2].map(() => one.execute(grpcClaim(server.address, { timeoutMs: 30_000 }), never));
    await vi.waitUntil(() => calls === 2);
    await one.close();
    for (const result of await Promise.all(attempts)) {
      expect(result).toMatchObject({ kind: 'retry', contact: 'unanswered' });
    }
    await vi.waitUntil(() => server.sessions.every(({ destroyed }) => destroyed));
    expect(await one.execute(grpcClaim(server.address), never)).toMatchObject({ kind: 'unstarted' });
  });
});

describe('a signal that aborts', () => {
  it('ends an attempt under way', async () => {
    await using server = await handlerServer(() => undefined);
    const one = executor();
    const stop = new AbortController();
    const result = one.execute(grpcClaim(server.address, { timeoutMs: 30_000 }), stop.signal);
    await vi.waitUntil(() => server.calls.length === 1);
    stop.abort();
    expect(await result).toMatchObject({ kind: 'retry', contact: 'unanswered' });
    await vi.waitUntil(() => server.calls[0]?.cancelled);
    await one.close();
  });

  it('ends one that has not connected yet, or not begun', async () => {
    await using silent = await tcpServer(() => undefined);
    const one = executor();
    const stop = new AbortController();
    const result = one.execute(grpcClaim(silent.address, { timeoutMs: 30_000 }), stop.signal);
    await new Promise((turn) => setImmediate(turn));
    stop.abort();
    expect(await result).toMatchObject({ kind: 'retry', contact: 'unreached' });
    expect(await one.execute(grpcClaim(silent.address), stop.signal)).toMatchObject({
      contact: 'unreached',
    });
    await one.close();
  });
});
