import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startServer, temporaryDirectory } from '../helpers/index.js';
import { call, leaseServer } from './execute.js';

const SECRET = 'hunter2';
const DATABASE = `postgres://lease:${SECRET}@127.0.0.1:1/lease`;

const files = temporaryDirectory();

/** Writes a file that its owner alone may read. */
function fileOf(name: string, contents: string): string {
  const path = join(files, name);
  writeFileSync(path, contents, { mode: 0o600 });
  return path;
}

const TYPO = fileOf('typo.yaml', `grace: 1s\nmin-tll: 2s\npassword: ${SECRET}\n`);
const SHARED = fileOf('shared.yaml', `storage: postgres\ndatabase-url: ${DATABASE}\nmin-ttl: 10m\n`);
const BROKEN = fileOf('broken.yaml', `database-url: "postgres://u:${SECRET}@db\n`);
const NO_YAML = fileOf('secret', SECRET);

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

  it('has every flag of its help in docs/configuration.md', async () => {
    const reference = readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8');
    const documented = [...reference.matchAll(/^### `(--[a-z-]+)`$/gm)].map(([, flag]) => flag);
    for (const command of ['serve', 'config']) {
      const { stdout } = await leaseServer([command, '--help']);
      const flags = [...stdout.matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)].map(([, flag]) => flag);
      const others = ['--help', '--config', '--json'];
      expect(flags.filter((flag) => !others.includes(flag ?? ''))).toEqual(documented);
    }
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

  const bad: readonly (readonly [string, Record<string, string>, readonly string[]])[] = [
    [
      '--http-listen 0.0.0.0:1',
      {},
      [
        '--http-listen (0.0.0.0:1) is not on loopback: that needs --tls-cert and --tls-key, or --insecure-listen for plain text',
      ],
    ],
    [
      '--tls-key /no/such',
      { LEASE_TLS_CERT: NO_YAML },
      [
        `LEASE_TLS_CERT: in "${NO_YAML}": no certificate in PEM`,
        '--tls-key: "/no/such" cannot be read: ENOENT',
      ],
    ],
    [
      `--storage ${DATABASE}?password=${SECRET}`,
      {},
      ['--storage: "postgres://...@127.0.0.1:1/lease?..." is none of sqlite, memory, postgres'],
    ],
    [
      `--config ${TYPO}`,
      {},
      [`${TYPO}:2: "min-tll" is no setting (did you mean min-ttl?)`, `${TYPO}:3: "password" is no setting`],
    ],
    [
      '--max-ttl 8m',
      { LEASE_CONFIG: SHARED },
      [
        `${SHARED}:3 min-ttl (10m) is above --max-ttl (8m)`,
        `${SHARED}:3 min-ttl (10m) is above --default-ttl (5m by default)`,
      ],
    ],
    [`--config ${BROKEN}`, {}, [`${BROKEN}:2: is no plain YAML (missing char)`]],
    [
      `--config ${NO_YAML}`,
      {},
      [`${NO_YAML}: is no mapping of settings, such as "grpc-listen: 127.0.0.1:50051"`],
    ],
  ];

  it.each(bad)('ends with 78, and says why: %s %j', async (flags, env, errors) => {
    const dataDir = join(files, 'never-made');
    expect(await leaseServer(['serve', '--data-dir', dataDir, ...flags.split(' ')], env)).toEqual({
      code: 78,
      stdout: '',
      stderr: errors.map((error) => `error: ${error}\n`).join(''),
    });
    expect(existsSync(dataDir), 'nothing was touched').toBe(false);
  });

  it('prints what holds, who said so, and what is risky, but no secret', async () => {
    const args = ['config', '--config', SHARED, '--default-ttl', '1h', '--grace', '0s'];
    const { code, stdout, stderr } = await leaseServer(args, { LEASE_BRAKE_SHARE: '0.5' });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^database-url +\(set\) +\S+shared\.yaml:2$/m);
    expect(stdout).toMatch(/^default-ttl +1h +--default-ttl$/m);
    expect(stdout).toMatch(/^brake-share +0\.5 +LEASE_BRAKE_SHARE$/m);
    expect(stdout).toMatch(/^max-ttl +24h +default$/m);
    expect(stderr).toBe('warning: --grace (0s): a renewal that is a moment late finds its lease ended\n');
    const json = await leaseServer([...args, '--json'], { LEASE_BRAKE_SHARE: '0.5' });
    expect(JSON.parse(json.stdout)).toMatchObject({
      settings: { 'min-ttl': { value: '10m', source: `${SHARED}:3` } },
      warnings: [stderr.trimEnd().replace('warning: ', '')],
    });
    expect(stdout + stderr + json.stdout).not.toContain(SECRET);
  });

  it('does not tell the secret of a database that it cannot reach', async () => {
    const flags = ['--storage', 'postgres', '--database-url', DATABASE, '--grpc-listen', '127.0.0.1:0'];
    const { code, stdout, stderr } = await leaseServer(['serve', ...flags, '--http-listen', '127.0.0.1:0']);
    expect([code, stdout]).toEqual([69, '']);
    expect(stderr).toContain('127.0.0.1:1/lease');
    expect(stderr).not.toContain(SECRET);
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
    await using quiet = await startServer({ env: { LEASE_LOG_LEVEL: 'warn' } });
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

  it('is configured by a file, and warns of what is risky once it serves', async () => {
    const path = fileOf('lease.yaml', 'max-ttl: 2h\ndefault-ttl: 30m\ngrace: 0s\n');
    await using server = await startServer({
      storage: 'memory',
      env: { LEASE_CONFIG: path, LEASE_DEFAULT_TTL: '20m', LEASE_GRASE: SECRET },
    });
    const request = { object: { type: 'blob', id: 'x' }, serviceId: 's' };
    expect((await call(server.grpc, 'CreateLease', request)).lease).toMatchObject({ ttl: '1200s' });
    const lines = server.child.output.split('\n').filter((line) => line.startsWith('{'));
    const said = lines.map((line) => JSON.parse(line) as { level: number; msg: string });
    expect(said.filter(({ level }) => level === 40).map(({ msg }) => msg)).toEqual([
      'configuration: --storage (memory): every lease and every cleanup is gone when the server stops',
      `configuration: ${path}:3 grace (0s): a renewal that is a moment late finds its lease ended`,
      'configuration: LEASE_GRASE is no variable of lease-server (did you mean LEASE_GRACE?)',
    ]);
    expect(server.child.output).not.toContain(SECRET);
  });
});
