import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startServer, temporaryDirectory } from '../helpers/index.js';
import { call, leaseServer } from './execute.js';

const SECRET = 'hunter2';

describe('lease-server', () => {
  it('shows what it can do', async () => {
    const help = await leaseServer(['--help']);
    expect(help).toMatchObject({ code: 0, stderr: '' });
    expect(help.stdout).toContain('Usage: lease-server');

    const serve = await leaseServer(['serve', '--help']);
    expect(serve).toMatchObject({ code: 0, stderr: '' });
    for (const flag of [
      ...['--grpc-listen', '--http-listen', '--storage', '--data-dir', '--min-ttl', '--max-ttl'],
      ...['--default-ttl', '--grace', '--max-leases-per-service', '--sweep-interval', '--claim-ttl'],
      ...['--max-concurrent-cleanups', '--allow-cleanup-target', '--hold-cleanups', '--brake-share'],
      ...['--signing-secrets', '--signing-secrets-file'],
    ]) {
      expect(serve.stdout).toContain(`${flag} `);
      const variable = `LEASE_${flag.slice(2).replaceAll('-', '_').toUpperCase()}`;
      expect(serve.stdout, `${flag} by its variable`).toContain(variable);
    }
    expect(serve.stdout).toMatch(/127\.0\.0\.1:50051[^]*127\.0\.0\.1:9090[^]*sqlite[^]*\.\/lease-data/);
  });

  it('says its version', async () => {
    expect(await leaseServer(['--version'])).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) as string,
      stderr: '',
    });
  });

  it('ends with 78 when the configuration is wrong, and says everything at once, without a secret', async () => {
    const dataDir = join(temporaryDirectory(), 'never-made');
    const flags = [
      ...['--grpc-listen', 'nowhere', '--http-listen', '0.0.0.0:0', '--storage', 'mongodb'],
      ...['--data-dir', dataDir, '--min-ttl', '5s', '--max-ttl', '1s', '--sweep-interval', '0ms'],
      ...['--claim-ttl', '1s', '--allow-cleanup-target', '10.0.0.0/99', '--hold-cleanups', 'maybe'],
      ...['--no-such-flag', SECRET],
    ];
    const env = { LEASE_GRACE: 'soon', LEASE_MAX_LEASES_PER_SERVICE: '0', LEASE_BRAKE_SHARE: '2' };
    const { code, stdout, stderr } = await leaseServer(['serve', ...flags], env);
    expect([code, stdout]).toEqual([78, '']);
    for (const name of [
      ...['--grpc-listen', '--http-listen', '--storage', '--min-ttl', '--sweep-interval', '--claim-ttl'],
      ...['--allow-cleanup-target', '--hold-cleanups', '--no-such-flag'],
      ...['LEASE_GRACE', 'LEASE_MAX_LEASES_PER_SERVICE', 'LEASE_BRAKE_SHARE'],
    ])
      expect(stderr).toMatch(new RegExp(`^error: ${name}\\b`, 'm'));
    expect(stderr).not.toContain(SECRET);
    expect(existsSync(dataDir), 'nothing was touched').toBe(false);
  });

  it.each([
    ['a sub-command that there is not', ['frobnicate']],
    ['no sub-command', []],
    ['a flag without its value', ['serve', '--grace']],
    ['a word too much', ['serve', 'now']],
  ])('ends with 78 for %s', async (_, args) => {
    const { code, stdout, stderr } = await leaseServer(args);
    expect([code, stdout]).toEqual([78, '']);
    expect(stderr).not.toBe('');
  });

  it('ends with 69 when a port is taken, and says which', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    onTestFinished(() => {
      taken.close();
    });
    const address = `127.0.0.1:${(taken.address() as AddressInfo).port}`;
    for (const flags of [
      ['--grpc-listen', address, '--http-listen', '127.0.0.1:0'],
      ['--grpc-listen', '127.0.0.1:0', '--http-listen', address],
    ]) {
      const { code, stdout, stderr } = await leaseServer(['serve', '--storage', 'memory', ...flags]);
      expect([code, stdout]).toEqual([69, '']);
      expect(stderr).toContain(address);
    }
  });

  it('ends with 75 when another server has the data directory, and says what to do', async () => {
    await using first = await startServer();
    const { code, stdout, stderr } = await leaseServer([
      ...['serve', '--data-dir', first.dataDir ?? ''],
      ...['--grpc-listen', '127.0.0.1:0', '--http-listen', '127.0.0.1:0'],
    ]);
    expect([code, stdout]).toEqual([75, '']);
    expect(stderr).toContain('is in use by another process: stop the other lease-server');
  });

  it('logs in words where people read it, and only what is asked for', async () => {
    await using pretty = await startServer({ storage: 'memory', flags: ['--log-format', 'pretty'] });
    expect(pretty.child.output).toMatch(/^\[[\d:.]+\] INFO: serving$/m);
    await using quiet = await startServer({ storage: 'memory', env: { LEASE_LOG_LEVEL: 'warn' } });
    expect(quiet.child.output.trim().split('\n')).toHaveLength(1);
    expect(quiet.child.output).toContain('"msg":"ready"');
  });

  it('is configured by the environment as well, where flags say nothing else', async () => {
    await using server = await startServer({
      storage: 'memory',
      flags: ['--max-ttl', '2h'],
      env: { LEASE_MAX_TTL: '1h', LEASE_DEFAULT_TTL: '30m', LEASE_STORAGE: 'sqlite' },
    });
    expect(server.child.output).toContain('"storage":"memory"');
    const request = { object: { type: 'blob', id: 'x' }, serviceId: 's' };
    expect((await call(server.grpc, 'CreateLease', request)).lease).toMatchObject({ ttl: '1800s' });
    const longer = await call(server.grpc, 'CreateLease', { ...request, ttl: '7200s' });
    expect(longer.lease).toMatchObject({ ttl: '7200s' });
  });
});
