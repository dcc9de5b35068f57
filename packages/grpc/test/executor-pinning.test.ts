import dns from 'node:dns';
import type { Socket } from 'node:net';
import { Client, credentials } from '@grpc/grpc-js';
import { egressGuard, type EgressGuardOptions } from '@lease/core/http';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { interceptConnections } from '../../core/test/http/intercept.js';
import { GrpcExecutor } from '../src/index.js';
import { grpcClaim, local } from './claims.js';
import { type Behaviour, handlerServer } from './handler-server.js';
import { tcpServer } from './raw-server.js';

const never = new AbortController().signal;
const done: Behaviour = (_, answer) => answer(null, {});
const forbidden = { kind: 'fail', abandonReason: 'TARGET_FORBIDDEN' };
const PUBLIC = ['93.184.216.34', '2606:2800:220:1::1'];

/** An executor for which names resolve to these addresses, look-up after look-up; the last answer stays. */
function pinning(options: Partial<EgressGuardOptions>, ...answers: readonly (readonly string[])[]) {
  const left = [...answers];
  let last: readonly string[] = [];
  const resolveName = () => Promise.resolve((last = left.shift() ?? last));
  const guard = egressGuard({ allowLoopback: true, allow: ['public'], ...options, resolveName });
  const executor = new GrpcExecutor({ guard });
  onTestFinished(() => executor.close());
  return executor;
}

async function trap() {
  const connections: Socket[] = [];
  const server = await tcpServer((socket) => connections.push(socket));
  onTestFinished(() => server[Symbol.asyncDispose]());
  return { port: server.address.split(':')[1] ?? '', connections };
}

describe('a name that moves', () => {
  it('between two attempts is refused at the second, and the trap is not touched', async () => {
    const { port, connections } = await trap();
    const wanted = interceptConnections();
    const one = pinning({ allowLoopback: false }, PUBLIC, ['127.0.0.1']);
    expect(await one.execute(grpcClaim(`moving.test:${port}`), never)).toMatchObject({
      contact: 'unreached',
    });
    expect(await one.execute(grpcClaim(`moving.test:${port}`), never)).toMatchObject(forbidden);
    expect(wanted.flatMap(({ addresses }) => addresses).sort()).toEqual([...PUBLIC].sort());
    expect(connections).toEqual([]);
  });

  it('with one good and one bad address is refused', async () => {
    const { port, connections } = await trap();
    const one = pinning({ allowLoopback: false }, [...PUBLIC, '127.0.0.1'], ['127.0.0.1', ...PUBLIC]);
    expect(await one.execute(grpcClaim(`both.test:${port}`), never)).toMatchObject(forbidden);
    expect(await one.execute(grpcClaim(`both.test:${port}`), never)).toMatchObject(forbidden);
    expect(connections).toEqual([]);
  });

  it('leaves no kept channel behind: the next call goes to where the name is now', async () => {
    await using before = await handlerServer(done);
    const port = before.address.split(':')[1] ?? '';
    await using after = await handlerServer(done, `127.0.0.2:${port}`);
    const one = pinning({}, ['127.0.0.1'], ['127.0.0.1'], ['127.0.0.2'], ['127.0.0.1'], ['10.0.0.1']);
    for (let attempt = 1; attempt <= 4; attempt++) {
      expect(await one.execute(grpcClaim(`moving.test:${port}`), never)).toMatchObject({ kind: 'done' });
    }
    expect(await one.execute(grpcClaim(`moving.test:${port}`), never)).toMatchObject(forbidden);
    expect([before.calls.length, after.calls.length]).toEqual([3, 1]);
    expect(before.peers.size).toBe(1);
  });

  it('keeps its channel if the same addresses come in another order', async () => {
    await using server = await handlerServer(done);
    const address = `round-robin.test:${server.address.split(':')[1] ?? ''}`;
    const one = pinning({}, ['127.0.0.1', '127.0.0.3'], ['127.0.0.3', '127.0.0.1']);
    expect(await one.execute(grpcClaim(address), never)).toMatchObject({ kind: 'done' });
    expect(await one.execute(grpcClaim(address), never)).toMatchObject({ kind: 'done' });
    expect(server.peers.size).toBe(1);
  });

  it('is called by its name, wherever it is', async () => {
    const hosts: string[] = [];
    await using server = await handlerServer((call, answer) => {
      hosts.push(call.getHost());
      answer(null, {});
    });
    const address = `cleanups.test:${server.address.split(':')[1] ?? ''}`;
    expect(await pinning({}, ['127.0.0.1']).execute(grpcClaim(address), never)).toMatchObject({
      kind: 'done',
    });
    expect(hosts).toEqual([address]);
  });
});

describe('several addresses', () => {
  it.each([
    ['of one family', ['127.0.0.4', '127.0.0.1']],
    ['of both, the first of which nobody serves', ['::1', '127.0.0.1']],
    ['of both, the first of which leads nowhere', ['100::1', '127.0.0.1']],
  ])('%s are tried until one answers', async (_, addresses) => {
    await using server = await handlerServer(done);
    const port = server.address.split(':')[1] ?? '';
    const one = pinning({ allow: ['.test'] }, addresses);
    const result = await one.execute(grpcClaim(`several.test:${port}`), never);
    expect(result).toMatchObject({ kind: 'done' });
  });

  it('that all refuse are known not to have been reached', async () => {
    const gone = await trap();
    const one = pinning({ allow: ['.test'] }, ['::1', '127.0.0.4', '127.0.0.5']);
    const result = await one.execute(grpcClaim(`several.test:${gone.port}`), never);
    expect(result).toMatchObject({ kind: 'retry', contact: 'unreached' });
  });
});

describe('the look-up of an attempt', () => {
  it('counts for its deadline, and ends with the attempt or the executor', async () => {
    const guard = egressGuard({
      allowLoopback: false,
      allow: ['.test'],
      resolveName: () => new Promise(() => undefined),
    });
    const one = new GrpcExecutor({ guard });
    expect(await one.execute(grpcClaim('a.test:1', { timeoutMs: 100 }), never)).toEqual({
      kind: 'retry',
      contact: 'unreached',
      detail: 'the host does not resolve: no answer within 100 ms',
    });
    const stop = new AbortController();
    const aborted = one.execute(grpcClaim('a.test:1'), stop.signal);
    stop.abort();
    expect(await aborted).toMatchObject({ contact: 'unreached' });
    const broken = one.execute(grpcClaim('b.test:1'), never);
    await one.close();
    expect(await broken).toMatchObject({ contact: 'unreached' });
  });
});

describe('what others put into the environment and into DNS', () => {
  it('no proxy is asked', async () => {
    const { port, connections } = await trap();
    const saved = { ...process.env };
    for (const name of [
      'grpc_proxy',
      'http_proxy',
      'https_proxy',
      'HTTP_PROXY',
      'HTTPS_PROXY',
      'ALL_PROXY',
    ]) {
      process.env[name] = `http://127.0.0.1:${port}`;
    }
    onTestFinished(() => void (process.env = saved));
    await using server = await handlerServer(done);
    const one = new GrpcExecutor({ guard: local });
    expect(await one.execute(grpcClaim(server.address), never)).toMatchObject({ kind: 'done' });
    expect(connections).toEqual([]);
    await one.close();

    // The trap works: a client that is not told to leave it alone falls into it.
    const plain = new Client(server.address, credentials.createInsecure());
    plain.getChannel().getConnectivityState(true);
    await vi.waitUntil(() => connections.length > 0);
    plain.close();
  });

  it('nothing but the guard looks a name up, for its addresses or for a service config', async () => {
    const asked: string[] = [];
    const note = (what: string) => (name: string) => {
      asked.push(`${what} of ${name}`);
      return Promise.reject(new Error('a trap'));
    };
    const spies = [
      vi.spyOn(dns.promises, 'lookup').mockImplementation(note('addresses')),
      vi.spyOn(dns.promises, 'resolveTxt').mockImplementation(note('service config')),
    ];
    onTestFinished(() => {
      for (const spy of spies) spy.mockRestore();
    });
    await using server = await handlerServer(done);
    const port = server.address.split(':')[1] ?? '';
    const one = pinning({}, ['127.0.0.1']);
    expect(await one.execute(grpcClaim(`a.test:${port}`), never)).toMatchObject({ kind: 'done' });
    expect(asked).toEqual([]);

    // The trap works.
    const plain = new Client(`a.test:${port}`, credentials.createInsecure());
    plain.getChannel().getConnectivityState(true);
    await vi.waitUntil(() => asked.length >= 2);
    expect(asked.sort()).toEqual(['addresses of a.test', 'service config of a.test']);
    plain.close();
  });
});
