import { echo } from '../src/config/echo.js';
import { plant } from './planted.js';

const DURATION = 'is no duration such as 500ms, 30s, 5m or 24h';
const ADDRESS = 'is no host:port, the host an IP address (IPv6 in brackets) or localhost';
const EXPOSED =
  'is not on loopback: that needs --tls-cert and --tls-key, or --insecure-listen for plain text';
const NO_URL = 'url must be a URL of the form postgres://user:password@host:port/database';
const NO_SCHEMA =
  'is no schema name: up to 63 of a-z, 0-9 and _, and none that PostgreSQL keeps to itself (pg_..., information_schema)';
const CLAIM =
  'is not within 33s to 1h: a claim must outlast the longest attempt (30s), leave 1s for its answer and 2s to record how the attempt ended';
const SWEEP = 'is not within 1ms to 500ms: after a second without a sweep, expiry pauses as after an outage';
const NO_HOST = 'is no plain host: no scheme, user or control character may be in it';

const DATABASE = 'postgres://lease:hunter2@127.0.0.1:5432/lease';
const GOOD_FILE = plant('good', `${DATABASE}\n`);
const BAD_FILE = plant('bad', 'hunter2');
const LONG_FILE = plant('long', 'hunter2'.repeat(200_000));
const BAD_FILE_FLAW = `--database-url-file: in ${echo(BAD_FILE)}: ${NO_URL}`;

/** Flags and environment, and every error that they get, in order. */
export const BAD_GIVEN: readonly (readonly [string, Record<string, string>, readonly string[]])[] = [
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
  ['--grpc-listen 0.0.0.0:1', {}, [`--grpc-listen (0.0.0.0:1) ${EXPOSED}`]],
  ['--http-listen [::]:1', {}, [`--http-listen ([::]:1) ${EXPOSED}`]],
  ['--http-listen 10.0.0.1:1 --insecure-listen false', {}, [`--http-listen (10.0.0.1:1) ${EXPOSED}`]],
  ['--alert-oldest-due 0s', {}, ['--alert-oldest-due: 0s is not within 1s to 24h']],
  ['--alert-webhook alerts.example/hunter2', {}, ['--alert-webhook: is no absolute http: or https: URL']],
  [
    '',
    { LEASE_ALERT_WEBHOOK: 'ftp://a.example/hunter2' },
    ['LEASE_ALERT_WEBHOOK: is no absolute http: or https: URL'],
  ],
  [
    '--alert-webhook https://u:hunter2@a.example/',
    {},
    ['--alert-webhook: holds credentials in front of the host'],
  ],
  ['--log-format xml', {}, ['--log-format: "xml" is none of auto, json, pretty']],
  ['', { LEASE_LOG_LEVEL: 'trace' }, ['LEASE_LOG_LEVEL: "trace" is none of debug, info, warn, error']],
  ['--insecure-listen yes', {}, ['--insecure-listen: "yes" is neither true nor false']],
  [
    '--grpc-listen 127.0.0.1:9090',
    {},
    ['--grpc-listen (127.0.0.1:9090) and --http-listen (127.0.0.1:9090 by default) need the same port'],
  ],
  [
    '--grpc-listen 0.0.0.0:80 --http-listen 127.0.0.1:80 --insecure-listen',
    {},
    ['--grpc-listen (0.0.0.0:80) and --http-listen (127.0.0.1:80) need the same port'],
  ],
  ['--storage postgres', {}, ['--storage (postgres) needs --database-url or --database-url-file']],
  [`--storage postgres --database-url ${DATABASE} --database-url-file ${BAD_FILE}`, {}, [BAD_FILE_FLAW]],
  [
    `--database-url ${DATABASE}`,
    {},
    ['--database-url is for --storage postgres, not for --storage (sqlite by default)'],
  ],
  [
    '--storage memory',
    { LEASE_DATABASE_URL: DATABASE },
    ['LEASE_DATABASE_URL is for --storage postgres, not for --storage (memory)'],
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
  ['--admin-listen 0.0.0.0:50052', {}, [`--admin-listen (0.0.0.0:50052) ${EXPOSED}`]],
  [
    '--admin-listen 127.0.0.1:50051',
    {},
    ['--grpc-listen (127.0.0.1:50051 by default) and --admin-listen (127.0.0.1:50051) need the same port'],
  ],
  [
    '--admin-listen [::]:9090 --grpc-listen 127.0.0.1:9090 --insecure-listen',
    {},
    [
      '--grpc-listen (127.0.0.1:9090) and --admin-listen ([::]:9090) need the same port',
      '--grpc-listen (127.0.0.1:9090) and --http-listen (127.0.0.1:9090 by default) need the same port',
      '--admin-listen ([::]:9090) and --http-listen (127.0.0.1:9090 by default) need the same port',
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
  ['--min-ttl 10m', {}, ['--min-ttl (10m) is above --default-ttl (5m by default)']],
  ['--max-ttl 1m', {}, ['--default-ttl (5m by default) is above --max-ttl (1m)']],
  [
    '--min-ttl 48h --default-ttl 36h',
    {},
    [
      '--min-ttl (48h) is above --max-ttl (24h by default)',
      '--min-ttl (48h) is above --default-ttl (36h)',
      '--default-ttl (36h) is above --max-ttl (24h by default)',
    ],
  ],
  ['--grace 2h', {}, ['--grace: 2h is not within 0ms to 1h']],
  ['', { LEASE_GRACE: 'soon' }, [`LEASE_GRACE: "soon" ${DURATION}`]],
  ['--max-leases-per-service 0', {}, ['--max-leases-per-service: 0 is not within 1 to 1000000000']],
  ['--max-leases-per-service 1e3', {}, ['--max-leases-per-service: "1e3" is no whole number']],
  ['--max-leases-per-service 0x10', {}, ['--max-leases-per-service: "0x10" is no whole number']],
  ['--max-concurrent-cleanups 10001', {}, ['--max-concurrent-cleanups: 10001 is not within 1 to 10000']],
  ['--sweep-interval 501ms', {}, [`--sweep-interval: 501ms ${SWEEP}`]],
  ['--claim-ttl 32999ms', {}, [`--claim-ttl: 32999ms ${CLAIM}`]],
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
  ['', { LEASE_SWEEP_INTERVAL: '1s' }, [`LEASE_SWEEP_INTERVAL: 1s ${SWEEP}`]],
  [
    '--storage postgres --database-url postgres://u:hun/ter@db/lease',
    {},
    ['--database-url: url must be a URL of the form postgres://user:password@host:port/database'],
  ],
  [
    '--storage postgres --database-url postgres://u@db/lease?password=hunter2',
    {},
    ['--database-url: url has a parameter that is unknown here: "password"'],
  ],
  [
    `--storage postgres --database-url-file ${LONG_FILE}`,
    {},
    [`--database-url-file: ${echo(LONG_FILE)} is longer than 1024 KiB`],
  ],
  ['--storage postgres --database-url-file /', {}, ['--database-url-file: "/" cannot be read: EISDIR']],
  ['--min-ttl 20m', { LEASE_DEFAULT_TTL: '10m' }, ['--min-ttl (20m) is above LEASE_DEFAULT_TTL (10m)']],
  [
    '--allow-cleanup-target a.example,https://u:hunter2@b.example/',
    {},
    [`--allow-cleanup-target: entry 2 ${NO_HOST}`],
  ],
  [
    '',
    { LEASE_ALLOW_CLEANUP_TARGET: 'u:hunter2@b.example' },
    [`LEASE_ALLOW_CLEANUP_TARGET: entry 1 ${NO_HOST}`],
  ],
  [
    '--data-dir= --storage postgres://u:hunter2@db/lease?password=hunter2',
    {},
    [
      '--storage: "postgres://...@db/lease?..." is none of sqlite, memory, postgres',
      '--data-dir: "" is no path',
    ],
  ],
  ['--min-tll 5s', {}, ['--min-tll is no flag of this command (did you mean --min-ttl?)']],
  ['--minTtl=5s', {}, ['--minTtl is no flag of this command (did you mean --min-ttl?)']],
  ['-phunter2', {}, ['-p is no flag of this command']],
  ['--config /no/such/file', {}, ['--config: "/no/such/file" cannot be read: ENOENT']],
  ['--config=', {}, ['--config: "" cannot be read: ENOENT']],
  ['', { LEASE_CONFIG: '/' }, ['LEASE_CONFIG: "/" cannot be read: EISDIR']],
  ['--config /dev/zero', {}, ['--config: "/dev/zero" is longer than 64 KiB']],
  ['-x', {}, ['-x is no flag of this command']],
  ['now', {}, ['"now" is no argument of this command']],
];
