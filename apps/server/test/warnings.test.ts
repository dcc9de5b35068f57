import { describe, expect, it } from 'vitest';
import { certificates } from '../../../tests/helpers/certificates.js';
import { readConfig } from '../src/config/read-config.js';
import { RISKS } from '../src/config/risks.js';
import { invoke } from './invoke.js';
import { plant } from './planted.js';

const DATABASE = 'postgres://lease:hunter2@127.0.0.1:5432/lease';

const { cert: CERT, key: KEY } = certificates.server;
const TLS = `--tls-cert ${plant('tls.crt', CERT)} --tls-key ${plant('tls.key', KEY)}`;

/** What both `serve` and `config` warn of. */
async function warningsOf(flags: string, env: Record<string, string> = {}): Promise<readonly string[]> {
  const args = flags.split(' ').filter((arg) => arg !== '');
  const { warnings } = await invoke(['serve', ...args], env);
  const { code, err } = await invoke(['config', ...args], env);
  expect(code).toBe(0);
  expect(err).toBe(warnings.map((warning) => `warning: ${warning}\n`).join(''));
  expect(err).not.toContain('hunter2');
  return warnings;
}

describe('what is risky', () => {
  it('is nothing by default', async () => {
    expect(await warningsOf('')).toEqual([]);
  });

  const risky: readonly (readonly [string, string])[] = [
    ['--grpc-listen 0.0.0.0:1 --insecure-listen', '--insecure-listen (true)'],
    [`--admin-listen 0.0.0.0:1 ${TLS}`, '--admin-listen (0.0.0.0:1)'],
    ['--drain-limit 12s', '--drain-limit (12s)'],
    ['--storage memory', '--storage (memory)'],
    ['--min-ttl 999ms', '--min-ttl (999ms)'],
    ['--grace 0s', '--grace (0s)'],
    ['--brake-share 1', '--brake-share (1)'],
    ['--allow-cleanup-target a.example,public', '--allow-cleanup-target (a.example,public)'],
    ['--hold-cleanups', '--hold-cleanups (true)'],
    ['--claim-ttl 6m', '--claim-ttl (6m)'],
  ];

  it.each(risky.map(([flags, name], i) => [flags, `${name}: ${RISKS[i]?.because ?? ''}`]))(
    '%s',
    async (flags, warning) => {
      expect(await warningsOf(flags)).toEqual([warning]);
    },
  );

  it('has each risk in the list above', () => {
    expect(risky).toHaveLength(RISKS.length);
  });

  it.each([
    '--insecure-listen',
    `--admin-listen 0.0.0.0:1 ${TLS} --tls-client-ca ${plant('ca.crt', certificates.authority)}`,
    `--admin-listen 127.0.0.1:1 ${TLS}`,
    '--drain-limit 12500ms --min-ttl 1s --grace 1ms --brake-share 0.999 --claim-ttl 5m',
    `--storage postgres --database-url-file ${plant('url', DATABASE)} --hold-cleanups`,
  ])('has a limit: %s', async (flags) => {
    expect(await warningsOf(flags)).toEqual([]);
  });

  it('shows at most 64 characters of a value', async () => {
    const entries = ['public', ...Array.from({ length: 500 }, (_, i) => `host-${i}.example`)].join(',');
    expect(await warningsOf(`--allow-cleanup-target ${entries}`)).toEqual([
      `--allow-cleanup-target (${entries.slice(0, 64)}...): whoever can take leases can have any public address called`,
    ]);
  });

  it('is named by its source', async () => {
    const path = plant('lease.yaml', 'grace: 0s\n');
    expect(await warningsOf(`--config ${path}`, { LEASE_STORAGE: 'memory' })).toEqual([
      'LEASE_STORAGE (memory): every lease and every cleanup is gone when the server stops',
      `${path}:1 grace (0s): a renewal that is a moment late finds its lease ended`,
    ]);
  });
});

describe('a secret that others can see', () => {
  it('in a flag', async () => {
    expect(await warningsOf(`--storage postgres --database-url ${DATABASE}`)).toEqual([
      '--database-url: other users can see flags; LEASE_DATABASE_URL or a file keeps the secret',
    ]);
    const env = { LEASE_DATABASE_URL: DATABASE };
    expect(await warningsOf('--storage postgres', env)).toEqual([]);
  });

  it('in files that are not private', async () => {
    const open = plant('open.yaml', `storage: postgres\ndatabase-url: ${DATABASE}\n`, 0o644);
    expect(await warningsOf(`--config ${open}`)).toEqual([
      `${open}:2 database-url: there is a secret in "${open}", and every user may read it`,
    ]);
    const url = plant('open-url', DATABASE, 0o644);
    expect(await warningsOf(`--storage postgres --database-url-file ${url}`)).toEqual([
      `--database-url-file: there is a secret in "${url}", and every user may read it`,
    ]);
    const harmless = plant('harmless.yaml', 'grace: 5s\n', 0o644);
    expect(await warningsOf(`--config ${harmless}`)).toEqual([]);
  });

  it('in the key for TLS', async () => {
    const { cert, key } = certificates.server;
    const [certFile, keyFile] = [plant('server.crt', cert, 0o644), plant('open.key', key, 0o644)];
    expect(await warningsOf(`--tls-cert ${certFile} --tls-key ${keyFile}`)).toEqual([
      `--tls-key: there is a secret in "${keyFile}", and every user may read it`,
    ]);
  });
});

describe('a certificate', () => {
  const { cert, key } = certificates.server;
  const flags = { tlsCert: plant('a.crt', cert), tlsKey: plant('a.key', key) };
  const lastMs = Date.parse('2120-01-01T00:00:00Z');
  const dayMs = 86_400_000;

  it.each([
    [lastMs - 14 * dayMs - 1, []],
    [
      lastMs - 14 * dayMs,
      ['--tls-cert: the certificate expires on 2120-01-01; a new one is read when the server starts'],
    ],
  ])('%d: is warned of 14 days before it expires', (nowMs, warnings) => {
    expect(readConfig(flags, {}, { nowMs })).toMatchObject({ ok: true, warnings });
  });

  it.each([
    [lastMs, 'expired on 2120-01-01'],
    [Date.parse('2019-12-31T23:59:59Z'), 'is not valid before 2020-01-01'],
  ])('%d: is refused when it is not valid', (nowMs, flaw) => {
    const errors = [`--tls-cert: "${flags.tlsCert}" ${flaw}`];
    expect(readConfig(flags, {}, { nowMs })).toEqual({ ok: false, errors });
  });

  it('is accepted with an authority for clients of which one certificate still holds', () => {
    const bundle = plant('bundle.crt', `${certificates.expired.cert}\n${certificates.authority}\n`);
    expect(readConfig({ ...flags, tlsClientCa: bundle }, {})).toMatchObject({ ok: true, warnings: [] });
  });
});

describe('variables that are none', () => {
  it('are warned of, without their values', async () => {
    const env = {
      LEASE_MIN_TTTL: 'hunter2',
      LEASE_COLOUR: 'hunter2',
      LEASE_GRACE: '5s',
      LEASE_ADDRESS: '127.0.0.1:1',
      LEASES: 'x',
      OTHER: 'y',
    };
    expect(await warningsOf('', env)).toEqual([
      'LEASE_COLOUR is no variable of lease-server',
      'LEASE_MIN_TTTL is no variable of lease-server (did you mean LEASE_MIN_TTL?)',
    ]);
  });

  it('are no news where Kubernetes has a service called lease', async () => {
    const env = {
      LEASE_SERVICE_HOST: '10.0.0.1',
      LEASE_SERVICE_PORT: '50051',
      LEASE_SERVICE_PORT_GRPC: '50051',
      LEASE_PORT: 'tcp://10.0.0.1:50051',
      LEASE_PORT_50051_TCP: 'tcp://10.0.0.1:50051',
      LEASE_PORT_50051_TCP_ADDR: '10.0.0.1',
      LEASE_SERVER_SERVICE_HOST: '10.0.0.1',
      LEASE_SERVER_PORT_9090_TCP_PROTO: 'tcp',
    };
    expect(await warningsOf('', env)).toEqual([]);
  });

  it('are at most ten', async () => {
    const names = Array.from({ length: 40 }, (_, i) => [`LEASE_X${'Y'.repeat(1_000)}${i}`, '']);
    const warnings = await warningsOf('', Object.fromEntries(names) as Record<string, string>);
    expect(warnings).toHaveLength(10);
    expect(warnings.every((warning) => warning.length < 150)).toBe(true);
  });
});
