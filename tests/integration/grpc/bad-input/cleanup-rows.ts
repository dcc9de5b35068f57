import { canary } from '../../../helpers/canaries.mjs';
import { cleanupRows as specs, type Row } from './row.js';

const URL_OK = 'http://127.0.0.1:8080/';
const BACKOFFS = {
  '0': { seconds: 0 },
  '99 ms': { nanos: 99_000_000 },
  '24 h and 1 ms': { seconds: 86_400, nanos: 1_000_000 },
  '-1 s': { seconds: -1 },
  '2^53+1 s': { seconds: '9007199254740993' },
};

const URLS = [
  ...['', 'host/path', '//127.0.0.1/', 'http:127.0.0.1', 'http://', 'http://:80/', 'http://127.0.0.1:0/'],
  ...['file:///etc/passwd', 'gopher://127.0.0.1/', 'ftp://127.0.0.1/', 'data:text/plain,x'],
  ...['unix:/run/docker.sock', 'dns:127.0.0.1', 'javascript:alert(1)'],
  ...[
    `http://user:${canary('callback password')}@127.0.0.1/`,
    'http://user@127.0.0.1/',
    'http://@127.0.0.1/',
  ],
  ...['http://127.0.0.1/a b', 'http:\\\\127.0.0.1\\', 'http://127.0.0.1:65536/', 'http://1.2.3.256/'],
  ...['http://127.0.0.1/\u0000', 'http://127.0.0.1/\r\nhost: x', `http://127.0.0.1/${'a'.repeat(2_048)}`],
];

const HEADERS = {
  host: 'x',
  'Content-Type': 'text/plain',
  'content-length': '1',
  connection: 'close',
  'transfer-encoding': 'chunked',
  'lease-fence': '1',
  'webhook-signature': 'x',
  traceparent: 'x',
  'a b': 'x',
  'x-value': 'a\r\nset-cookie: x',
};

const ADDRESSES = [
  ...['', 'host', '127.0.0.1', '127.0.0.1:0', '127.0.0.1:65536', 'http://127.0.0.1:1', '127.0.0.1:1/x'],
  ...['unix:/run/docker.sock', 'unix:80', 'dns:///host:443', 'user@127.0.0.1:1', '::1:443'],
];

/** Far from loopback, where alone a server that listens on loopback may call. */
const FORBIDDEN_HOSTS = [
  ...['169.254.169.254', '[::ffff:169.254.169.254]', '[::ffff:a9fe:a9fe]', '2852039166', '0xa9fea9fe'],
  ...['10.0.0.1', '192.168.1.1', '172.16.0.1', '[fd00::1]', '[fe80::1]', '0.0.0.0', '[::]', '100.64.0.1'],
  ...['224.0.0.1', '93.184.216.34', '[2606:4700::1]', 'example.com', 'metadata.google.internal'],
  ...['localhost.example.com', '127.0.0.1.nip.io', 'internal'],
];

const each = (values: readonly string[], spec: (value: string) => object) =>
  Object.fromEntries(values.map((value) => [JSON.stringify(value.slice(0, 60)), spec(value)]));
const retry = (field: string, values: Readonly<Record<string, unknown>>) =>
  specs(
    `cleanup.retry.${field}`,
    Object.fromEntries(
      Object.entries(values).map(([what, value]) => [
        what,
        { http: { url: URL_OK }, retry: { [field]: value } },
      ]),
    ),
  );

/** CleanupSpecs that nobody could carry out, and targets that nobody may call. */
export const cleanupRows: readonly Row[] = [
  ...specs('cleanup.target', { missing: {}, 'only a payload': { payload: 'x' } }),
  ...specs('cleanup.payload', {
    '16,385 bytes': { http: { url: URL_OK }, payload: 'x'.repeat(16_385) },
    'U+0000': { http: { url: URL_OK }, payload: '\u0000' },
  }),
  ...retry('max_attempts', { '0': 0, '101': 101, '2^32-1': 2 ** 32 - 1 }),
  ...retry('initial_backoff', BACKOFFS),
  ...retry('max_backoff', { ...BACKOFFS, 'below initial_backoff': { nanos: 999_000_000 } }),
  ...retry('attempt_timeout', { ...BACKOFFS, '30 s and 1 ms': { seconds: 30, nanos: 1_000_000 } }),
  ...specs(
    'cleanup.http.url',
    each(URLS, (url) => ({ http: { url } })),
  ),
  ...Object.entries(HEADERS).flatMap(([name, value]) =>
    specs(`cleanup.http.headers["${name}"]`, {
      'not to be set': { http: { url: URL_OK, headers: { [name]: value } } },
    }),
  ),
  ...specs('cleanup.grpc.address', {
    ...each(ADDRESSES, (address) => ({ grpc: { address } })),
  }),
  ...specs(
    'cleanup.http.url',
    each(FORBIDDEN_HOSTS, (host) => ({ http: { url: `https://${host}/` } })),
    'CLEANUP_TARGET_FORBIDDEN',
  ),
  ...specs(
    'cleanup.grpc.address',
    each(
      ['169.254.169.254:80', '[::ffff:169.254.169.254]:80', '10.0.0.1:443', 'example.com:443'],
      (address) => ({
        grpc: { address, tls: true },
      }),
    ),
    'CLEANUP_TARGET_FORBIDDEN',
  ),
];
