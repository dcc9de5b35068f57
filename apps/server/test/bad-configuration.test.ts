import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { echo } from '../src/config/echo.js';
import { invoke } from './invoke.js';

const DURATION = 'is no duration such as 500ms, 30s, 5m or 24h';
const ADDRESS = 'is no host:port, the host an IP address (IPv6 in brackets) or localhost';
const EXPOSED = 'is not on loopback, where only --insecure-listen serves plain text';
const NO_URL = 'url must be a URL of the form postgres://user:password@host:port/database';
const NO_SCHEMA =
  'is no schema name: up to 63 of a-z, 0-9 and _, and none that PostgreSQL keeps to itself (pg_..., information_schema)';

const DATABASE = 'postgres://lease:hunter2@127.0.0.1:5432/lease';
const files = mkdtempSync(join(tmpdir(), 'lease-configuration-'));
const GOOD_FILE = join(files, 'good');
writeFileSync(GOOD_FILE, `${DATABASE}\n`);
const BAD_FILE = join(files, 'bad');
writeFileSync(BAD_FILE, 'hunter2');
const BAD_FILE_FLAW = `--database-url-file: in ${echo(BAD_FILE)}: ${NO_URL}`;
afterAll(() => {
  rmSync(files, { recursive: true });
});

/** Flags and environment, and every error that they get, in order. */
const BAD: readonly (readonly [string, Record<string, string>, readonly string[]])[] = [
  ['--grpc-listen 50051', {}, [`--grpc-listen: "50051" ${ADDRESS}`]],
  ['--grpc-listen :50051', {}, [`--grpc-listen: ":50051" ${ADDRESS}`]],
  ['--grpc-listen 127.0.0.1', {}, [`--grpc-listen: "127.0.0.1" ${ADDRESS}`]],
  ['--grpc-listen 127.0.0.1:', {}, [`--grpc-listen: "127.0.0.1:" ${ADDRESS}`]],
  ['--grpc-listen 127.0.0.1:65536', {}, [`--grpc-listen: "127.0.0.1:65536" ${ADDRESS}`]],
  ['--grpc-listen 127.0.0.1:-1', {}, [`--grpc-listen: "127.0.0.1:-1" ${ADDRESS}`]],
  ['--grpc-listen 127.1:80', {}, [`--grpc-listen: "127.1:80" ${ADDRESS}`]],
  ['--grpc-listen ::1:80', {}, [`--grpc-listen: "::1:80" ${ADDRESS}`]],
  ['--grpc-listen [127.0.0.1]:80', {}, [`--grpc-listen: "[127.0.0.1]:80" ${ADDRESS}`]],
  ['--http-listen example.com:80', {}, [`--http-listen: "example.com:80" ${ADDRESS}`]],
  ['--http-listen http://127.0.0.1:80', {}, [`--http-listen: "http://127.0.0.1:80" ${ADDRESS}`]],
  ['', { LEASE_HTTP_LISTEN: 'unix:/tmp/s' }, [`LEASE_HTTP_LISTEN: "unix:/tmp/s" ${ADDRESS}`]],
  ['--grpc-listen 0.0.0.0:1', {}, [`--grpc-listen: 0.0.0.0:1 ${EXPOSED}`]],
  ['--http-listen [::]:1', {}, [`--http-listen: [::]:1 ${EXPOSED}`]],
  ['--http-listen 10.0.0.1:1 --insecure-listen false', {}, [`--http-listen: 10.0.0.1:1 ${EXPOSED}`]],
  ['--insecure-listen yes', {}, ['--insecure-listen: "yes" is neither true nor false']],
  [
    '--grpc-listen 127.0.0.1:9090',
    {},
    ['--grpc-listen (127.0.0.1:9090) and --http-listen (127.0.0.1:9090) need the same port'],
  ],
  [
    '--grpc-listen 0.0.0.0:80 --http-listen 127.0.0.1:80 --insecure-listen',
    {},
    ['--grpc-listen (0.0.0.0:80) and --http-listen (127.0.0.1:80) need the same port'],
  ],
  ['--storage postgres', {}, ['--storage postgres needs --database-url or --database-url-file']],
  [`--storage postgres --database-url ${DATABASE} --database-url-file ${BAD_FILE}`, {}, [BAD_FILE_FLAW]],
  [`--database-url ${DATABASE}`, {}, ['--database-url is for --storage postgres, but --storage is sqlite']],
  [
    '--storage memory',
    { LEASE_DATABASE_URL: DATABASE },
    ['--database-url is for --storage postgres, but --storage is memory'],
  ],
  [
    `--storage postgres --database-url ${DATABASE} --database-url-file ${GOOD_FILE}`,
    {},
    ['--database-url and --database-url-file are both given: one is enough'],
  ],
  ['--storage postgres --database-url mysql://u:hunter2@db/lease', {}, [`--database-url: ${NO_URL}`]],
  ['--storage postgres --database-url hunter2', {}, [`--database-url: ${NO_URL}`]],
  [
    '--storage postgres',
    { LEASE_DATABASE_URL: 'postgres://:hunter2@db/lease' },
    ['LEASE_DATABASE_URL: url must name a user: postgres://user@host/database'],
  ],
  [
    '--storage postgres --database-url postgres://u:hunter2@db/lease?sslmode=prefer',
    {},
    [
      '--database-url: url: sslmode "prefer" does not say what is wanted; use verify-full, verify-ca, no-verify or disable',
    ],
  ],
  [
    '--storage postgres --database-url-file /no/such/file',
    {},
    ['--database-url-file: "/no/such/file" cannot be read: ENOENT'],
  ],
  [`--database-schema Lease`, {}, [`--database-schema: "Lease" ${NO_SCHEMA}`]],
  [`--database-schema pg_lease`, {}, [`--database-schema: "pg_lease" ${NO_SCHEMA}`]],
  ['--database-schema a";drop', {}, [`--database-schema: "a\\";drop" ${NO_SCHEMA}`]],
  ['--database-schema information_schema', {}, [`--database-schema: "information_schema" ${NO_SCHEMA}`]],
  ['--database-connections 3', {}, ['--database-connections: 3 is not within 4 to 1000']],
  ['--admin-listen here', {}, [`--admin-listen: "here" ${ADDRESS}`]],
  ['--admin-listen 0.0.0.0:50052', {}, [`--admin-listen: 0.0.0.0:50052 ${EXPOSED}`]],
  [
    '--admin-listen 127.0.0.1:50051',
    {},
    ['--grpc-listen (127.0.0.1:50051) and --admin-listen (127.0.0.1:50051) need the same port'],
  ],
  [
    '--admin-listen [::]:9090 --grpc-listen 127.0.0.1:9090 --insecure-listen',
    {},
    [
      '--grpc-listen (127.0.0.1:9090) and --admin-listen ([::]:9090) need the same port',
      '--grpc-listen (127.0.0.1:9090) and --http-listen (127.0.0.1:9090) need the same port',
      '--admin-listen ([::]:9090) and --http-listen (127.0.0.1:9090) need the same port',
    ],
  ],
  ['--storage SQLITE', {}, ['--storage: "SQLITE" is none of sqlite, memory, postgres']],
  ['', { LEASE_STORAGE: 'redis' }, ['LEASE_STORAGE: "redis" is none of sqlite, memory, postgres']],
  ['--data-dir=', {}, ['--data-dir: "" is no path']],
  ['--min-ttl 5', {}, [`--min-ttl: "5" ${DURATION}`]],
  ['--min-ttl 5d', {}, [`--min-ttl: "5d" ${DURATION}`]],
  ['--min-ttl 1.5s', {}, [`--min-ttl: "1.5s" ${DURATION}`]],
  ['--min-ttl 1m30s', {}, [`--min-ttl: "1m30s" ${DURATION}`]],
  ['--min-ttl=-1s', {}, [`--min-ttl: "-1s" ${DURATION}`]],
  ['--min-ttl 9999999999999s', {}, [`--min-ttl: "9999999999999s" ${DURATION}`]],
  ['--min-ttl 0s', {}, ['--min-ttl: 0s is not within 10ms to 87600h']],
  ['--max-ttl 87601h', {}, ['--max-ttl: 87601h is not within 10ms to 87600h']],
  ['--min-ttl 10m', {}, ['--min-ttl (10m) is above --default-ttl (5m)']],
  ['--max-ttl 1m', {}, ['--default-ttl (5m) is above --max-ttl (1m)']],
  [
    '--min-ttl 48h --default-ttl 36h',
    {},
    [
      '--min-ttl (48h) is above --max-ttl (24h)',
      '--min-ttl (48h) is above --default-ttl (36h)',
      '--default-ttl (36h) is above --max-ttl (24h)',
    ],
  ],
  ['--grace 2h', {}, ['--grace: 2h is not within 0ms to 1h']],
  ['', { LEASE_GRACE: 'soon' }, [`LEASE_GRACE: "soon" ${DURATION}`]],
  ['--max-leases-per-service 0', {}, ['--max-leases-per-service: 0 is not within 1 to 1000000000']],
  ['--max-leases-per-service 1e3', {}, ['--max-leases-per-service: "1e3" is no whole number']],
  ['--max-leases-per-service 0x10', {}, ['--max-leases-per-service: "0x10" is no whole number']],
  ['--max-concurrent-cleanups 10001', {}, ['--max-concurrent-cleanups: 10001 is not within 1 to 10000']],
  ['--sweep-interval 501ms', {}, ['--sweep-interval: 501ms is not within 1ms to 500ms']],
  ['--claim-ttl 32s', {}, ['--claim-ttl: 32s is not within 32001ms to 1h']],
  ['--brake-share 0', {}, ['--brake-share: "0" is no share such as 0.25 (above 0, at most 1)']],
  ['--brake-share 1.01', {}, ['--brake-share: "1.01" is no share such as 0.25 (above 0, at most 1)']],
  ['--brake-share 25%', {}, ['--brake-share: "25%" is no share such as 0.25 (above 0, at most 1)']],
  ['--retain-ended 59m', {}, ['--retain-ended: 59m is not within 1h to 87600h']],
  ['--drain-limit 999ms', {}, ['--drain-limit: 999ms is not within 1s to 1h']],
  ['--hold-cleanups 1', {}, ['--hold-cleanups: "1" is neither true nor false']],
  [
    '--allow-cleanup-target 10.0.0.0/33',
    {},
    ['--allow-cleanup-target: allow entry "10.0.0.0/33" is no network'],
  ],
  [
    '--allow-cleanup-target public --allow-cleanup-target 010.0.0.1',
    {},
    ['--allow-cleanup-target: allow entry "010.0.0.1" is not four decimal numbers'],
  ],
  [
    '',
    { LEASE_ALLOW_CLEANUP_TARGET: 'a.example, *.*.x' },
    ['LEASE_ALLOW_CLEANUP_TARGET: allow entry "*.*.x" is no domain suffix'],
  ],
  ['--no-such', {}, ['--no-such is no flag of this command']],
  ['-x', {}, ['-x is no flag of this command']],
  ['now', {}, ['"now" is no argument of this command']],
];

describe('bad configuration exits with 78', () => {
  it.each(BAD)('serve %s %j', async (flags, env, errors) => {
    const args = ['serve', ...flags.split(' ').filter((arg) => arg !== '')];
    const invoked = await invoke(args, env);
    expect(invoked.err).toBe(errors.map((error) => `error: ${error}\n`).join(''));
    expect(invoked.err).not.toContain('hunter2');
    expect(invoked).toMatchObject({ code: 78, out: '', config: undefined });
  });

  it('migrate takes the settings of the database alone', async () => {
    const invoked = await invoke(['migrate', '--grace', '1s', '--database-schema', '1']);
    expect(invoked.err.trimEnd().split('\n')).toEqual([
      'error: --grace is no flag of this command',
      `error: --database-schema: "1" ${NO_SCHEMA}`,
      'error: --storage postgres needs --database-url or --database-url-file',
    ]);
    expect(invoked).toMatchObject({ code: 78, migrated: undefined });
  });

  it('migrate asks for nothing that is not its own', async () => {
    const env = {
      LEASE_DATABASE_URL: DATABASE,
      LEASE_GRPC_LISTEN: '0.0.0.0:50051',
      LEASE_GRACE: 'soon',
      LEASE_MIN_TTL: '48h',
    };
    expect(await invoke(['migrate'], env)).toMatchObject({ code: 0, err: '' });
  });

  it('says everything that is wrong, at once', async () => {
    const args = [
      'serve',
      '--bogus',
      '--grace',
      '5x',
      '--storage',
      'etcd',
      '--min-ttl',
      '30m',
      '--max-ttl',
      '20m',
    ];
    const { code, err } = await invoke(args, { LEASE_BRAKE_SHARE: 'half', LEASE_CLAIM_TTL: '5s' });
    expect(code).toBe(78);
    expect(err.trimEnd().split('\n')).toEqual([
      'error: --bogus is no flag of this command',
      'error: --storage: "etcd" is none of sqlite, memory, postgres',
      `error: --grace: "5x" ${DURATION}`,
      'error: LEASE_CLAIM_TTL: 5s is not within 32001ms to 1h',
      'error: LEASE_BRAKE_SHARE: "half" is no share such as 0.25 (above 0, at most 1)',
      'error: --min-ttl (30m) is above --max-ttl (20m)',
      'error: --min-ttl (30m) is above --default-ttl (5m)',
    ]);
  });

  it.each([
    ['a flag without its value', ['serve', '--grace'], "option '--grace <duration>' argument missing"],
    ['an unknown command', ['sevre'], "unknown command 'sevre'"],
    ['an unknown flag before the command', ['--grace', '5s', 'serve'], "unknown option '--grace'"],
    ['no command', [], 'Usage: lease-server'],
  ])('%s', async (_, args, message) => {
    const invoked = await invoke(args);
    expect(invoked.code).toBe(78);
    expect(invoked.err).toContain(message);
    expect(invoked.config).toBeUndefined();
  });

  it.each([
    ['a URL where none belongs', ['--storage', 'postgres://admin:hunter2@db/lease']],
    ['the value of an unknown flag', ['--database-url', 'postgres://admin:hunter2@db/lease']],
    ['the same, with an equals sign', ['--database-url=postgres://admin:hunter2@db/lease']],
    ['a stray argument', ['postgres://admin:hunter2@db/lease']],
  ])('no secret is in the text: %s', async (_, flags) => {
    const { code, err } = await invoke(['serve', ...flags]);
    expect(code).toBe(78);
    expect(err).toMatch(/^error: /);
    expect(err).not.toContain('hunter2');
  });

  it('shows at most 64 characters of a value', async () => {
    const { err } = await invoke(['serve', '--grace', 'x'.repeat(10_000)]);
    expect(err).toBe(`error: --grace: "${'x'.repeat(64)}..." ${DURATION}\n`);
  });
});
