import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { status } from '@grpc/grpc-js';
import { egressGuard } from '@lease/core/http';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { GrpcExecutor } from '../src/index.js';
import { grpcClaim } from './claims.js';
import { type Behaviour, handlerServer } from './handler-server.js';

const never = new AbortController().signal;

/** The same port on `::1`: accepts, and says nothing on its first connection; each later one leads to the handler. */
async function slowOnV6(port: number) {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    sockets.push(socket);
    if (sockets.length === 1) return void socket.resume();
    const behind = connect(port, '127.0.0.1').on('error', () => undefined);
    socket.pipe(behind).pipe(socket);
    socket.on('close', () => behind.destroy());
  }).listen(port, '::1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return sockets;
}

const OWN = 10;

/** Connects there, time after time: whoever began to before has been accepted by then. */
async function accepted(port: number, sockets: readonly Socket[]) {
  for (let i = 0; i < OWN; i++) {
    const before = sockets.length;
    const own = connect(port, '::1').on('error', () => undefined);
    await vi.waitUntil(() => sockets.length > before);
    own.destroy();
  }
}

describe('a target with two families, one of which is slow', () => {
  it.each<[string, Behaviour, object]>([
    ['answered', (_, answer) => answer(null, {}), { kind: 'done' }],
    ['refused', (_, answer) => answer({ code: status.ABORTED, details: 'not now' }), { contact: 'answered' }],
    ['given up', (_, answer) => answer({ code: status.CANCELLED }), { contact: 'unanswered' }],
  ])(
    'S9: is called once, though its channel is closed as soon as it has %s',
    async (_, behaviour, result) => {
      await using server = await handlerServer(behaviour);
      const port = Number(server.address.split(':')[1]);
      const sockets = await slowOnV6(port);
      const guard = egressGuard({
        allowLoopback: true,
        allow: ['.test'],
        resolveName: () => Promise.resolve(['::1', '127.0.0.1']),
      });
      const one = new GrpcExecutor({ guard, maxIdleChannels: 0 });
      expect(await one.execute(grpcClaim(`both.test:${port}`), never)).toMatchObject(result);
      await one.close();
      // A channel that lived would connect again.
      sockets[0]?.destroy();
      await accepted(port, sockets);
      expect(server.calls).toHaveLength(1);
      expect(sockets).toHaveLength(1 + OWN);
    },
  );
});
