import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ADDRESSES } from '../../../packages/core/test/http/egress-addresses.js';
import { GRPC } from '../../../packages/core/test/http/egress-grpc.js';
import { isMadeUp, NAMES } from '../../../packages/core/test/http/egress-names.js';
import { INVALID, MODES, type Row } from '../../../packages/core/test/http/egress-table.js';
import { SPELLINGS } from '../../../packages/core/test/http/egress-urls.js';
import {
  aLease,
  anObject,
  eventually,
  expectCollectedOnce,
  expectRefusal,
  grpcCleanup,
  httpCleanup,
  quickRetry,
  RawClient,
  RawError,
  startMock,
  startServer,
} from '../../helpers/index.js';

const EXPOSED = ['--http-listen', '0.0.0.0:0', '--insecure-listen'];
const allowing = (entries: readonly string[]) => ['--allow-cleanup-target', entries.join()];

/** The modes of the table, as an operator sets them up. */
const SERVERS = {
  strict: EXPOSED,
  local: [],
  public: [...EXPOSED, ...allowing(MODES.public.allow)],
  listed: [...EXPOSED, ...allowing(MODES.listed.allow)],
  exact: [...EXPOSED, ...allowing(MODES.exact.allow)],
};

const isServed = (row: Row): row is readonly [keyof typeof SERVERS, string, Row[2]] =>
  Object.hasOwn(SERVERS, row[0]) && !isMadeUp(row[1]);
const TABLE = [
  ...[...SPELLINGS, ...ADDRESSES, ...NAMES]
    .filter(isServed)
    .map((row) => ({ row, field: 'cleanup.http.url' })),
  ...GRPC.filter(isServed).map((row) => ({ row, field: 'cleanup.grpc.address' })),
];

/** The service refuses these for their spelling, before anybody asks where they lead. */
const isMended = (target: string) => /[\\ ]/.test(target) || /^http:[^/]/.test(target);

/** A listener that counts its connections, and never answers. */
async function startTrap() {
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return { port: (server.address() as AddressInfo).port, connections: () => connections };
}

describe('the table of targets, asked of a real server', () => {
  it.each(Object.keys(SERVERS) as (keyof typeof SERVERS)[])('%s', async (mode) => {
    await using server = await startServer({ storage: 'memory', flags: SERVERS[mode] });
    using client = new RawClient(server.grpc);
    const rows = TABLE.filter(({ row }) => row[0] === mode);
    expect(rows.length).toBeGreaterThan(5);
    for (const { row, field } of rows) {
      const [, target, verdict] = row;
      const cleanup =
        field === 'cleanup.http.url' ? { http: { url: target } } : { grpc: { address: target } };
      const answer: unknown = await client
        .call('CreateLease', aLease({ cleanup }))
        .catch((error: unknown) => error);
      if (verdict === 'allowed') {
        expect(answer, target).toMatchObject({ lease: { state: 'LEASE_STATE_ACTIVE' } });
        continue;
      }
      if (!(answer instanceof RawError)) throw new Error(`${mode}: ${target} was not refused`);
      expect(answer.code, target).toBe('INVALID_ARGUMENT');
      expect(
        answer.violations.map((each) => each.field),
        target,
      ).toEqual([field]);
      const spelled = verdict === INVALID || isMended(target);
      expect(answer.reason, target).toMatch(
        spelled ? /^(INVALID_REQUEST|CLEANUP_TARGET_FORBIDDEN)$/ : /FORBIDDEN$/,
      );
    }
  });

  it('is most of it', () => {
    expect(TABLE.length).toBeGreaterThan(150);
  });
});

describe('a server on loopback', () => {
  it('calls none of its own ports, under any of their names', async () => {
    await using server = await startServer({ storage: 'memory' });
    using client = new RawClient(server.grpc);
    const ports = [server.grpc, server.http].map((address) => address.slice(address.lastIndexOf(':') + 1));
    const hosts = [
      '127.0.0.1',
      '127.1',
      '127.9.9.9',
      '[::1]',
      '[::ffff:7f00:1]',
      'localhost',
      'a.localhost.',
    ];
    for (const port of ports) {
      for (const host of [...hosts, '0.0.0.0', '[::]']) {
        for (const [field, cleanup] of [
          ['cleanup.http.url', { http: { url: `http://${host}:${port}/` } }],
          ['cleanup.grpc.address', { grpc: { address: `${host}:${port}` } }],
        ] as const) {
          const refusal = await expectRefusal(client.call('CreateLease', aLease({ cleanup })), {
            code: 'INVALID_ARGUMENT',
            reason: 'CLEANUP_TARGET_FORBIDDEN',
            fields: [field],
          });
          expect(refusal.message, host).toContain('this server itself');
        }
      }
    }
  });

  it('asks no proxy that its environment names', async () => {
    const trap = await startTrap();
    const proxy = `http://127.0.0.1:${trap.port}`;
    const names = [
      'http_proxy',
      'https_proxy',
      'grpc_proxy',
      'all_proxy',
      'HTTP_PROXY',
      'HTTPS_PROXY',
      'ALL_PROXY',
    ];
    const env = { ...Object.fromEntries(names.map((name) => [name, proxy])), NODE_USE_ENV_PROXY: '1' };
    await using server = await startServer({ storage: 'memory', env });
    await using mock = await startMock();
    // This process has no such environment.
    using client = new RawClient(server.grpc);
    for (const cleanup of [httpCleanup(mock), grpcCleanup(mock)]) {
      const lease = aLease({ object: anObject(), cleanup });
      await client.call('CreateLease', lease);
      await client.call('ReleaseLease', lease);
      await expectCollectedOnce(mock, lease.object);
    }
    expect(trap.connections()).toBe(0);
  });

  it('follows no redirect', async () => {
    const trap = await startTrap();
    await using server = await startServer({ storage: 'memory' });
    await using mock = await startMock({ script: `307 location http://127.0.0.1:${trap.port}/` });
    using client = new RawClient(server.grpc);
    const lease = aLease({ cleanup: { ...httpCleanup(mock), retry: quickRetry } });
    await client.call('CreateLease', lease);
    await client.call('ReleaseLease', lease);
    await eventually(async () => {
      const { stats } = await client.call('GetStats', {});
      expect(stats.cleanups).toMatchObject({ abandoned: 1, open: 0 });
    });
    expect(trap.connections()).toBe(0);
  });
});
