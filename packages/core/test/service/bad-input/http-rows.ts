import { http, untyped, withCleanup, withHeaders, withUrl } from '../requests.js';
import { FORBIDDEN, type Row } from './row.js';

const SCHEMES = ['file', 'gopher', 'ftp', 'data', 'unix', 'dns', 'javascript', 'ws', 'httpx', 'grpc'];
const NOT_ABSOLUTE = [
  '/path',
  'host/path',
  '//host/path',
  'http:host',
  'http:/host',
  'http:\\\\host',
  'http://',
  '?',
];
const CREDENTIALS = [
  'http://u:p@h/',
  'http://u@h/',
  'http://@h/',
  'http://:p@h/',
  'https://h@169.254.169.254/',
];
const NO_HOST = [
  'http://:80/',
  'http://h:65536/',
  'http://h:x/',
  'http://[::1/',
  'http://[::g]/',
  'http://1.2.3.256/',
];
const SPACED = ['http://h/a b', 'http://h\\a/', 'http://h/\\..\\x'];

const RESERVED_HEADERS = [
  'host',
  'Host',
  'content-type',
  'Content-Length',
  'connection',
  'transfer-encoding',
  'lease-fence',
  'Lease-Cleanup-Id',
  'webhook-signature',
  'traceparent',
  'te',
  'trailer',
  'upgrade',
  'expect',
  'keep-alive',
  'proxy-connection',
];
const HEADER_NAMES = ['', ' ', 'a b', 'a:b', ':path', 'a\r\nb', 'é', 'a\u0000', '(x)'];
const HEADER_VALUES = [
  'a\r\nset-cookie: x',
  '\n',
  '\u0000',
  'é',
  ' a',
  'a ',
  '\ta',
  'a\tb',
  '\u007f',
  'x'.repeat(4_097),
];

const URL_FIELD = ['cleanup.http.url'];
const url = (text: string, says: RegExp): Row => [
  `url ${text.slice(0, 40)}`,
  'create',
  withUrl(text),
  URL_FIELD,
  says,
];
const manyHeaders = Array.from({ length: 33 }, (_, i): readonly [string, string] => [`x-${i}`, 'v']);

export const httpRows: readonly Row[] = [
  ...SCHEMES.map((scheme) => url(`${scheme}://host/path`, new RegExp(`scheme "${scheme}": http and https`))),
  ...NOT_ABSOLUTE.map((text) => url(text, /no absolute URL/)),
  ...CREDENTIALS.map((text) => url(text, /credentials/)),
  ...NO_HOST.map((text) => url(text, /host and port/)),
  ...SPACED.map((text) => url(text, /percent-encode/)),
  ...FORBIDDEN.map(([char, name]) => url(`http://h/${char}`, name)),
  url('', /is empty/),
  url('localhost:8080/path', /scheme "localhost"/),
  url('http://h:0/', /port 0/),
  url(`http://h/${'a'.repeat(2_040)}`, /at most 2048 bytes/),
  url(`http://h/${'é'.repeat(600)}`, /percent-encoded/),
  ['a url that is no string', 'create', withUrl(untyped(7)), URL_FIELD],

  ...RESERVED_HEADERS.map((name): Row => [
    `header ${name}`,
    'create',
    withHeaders([name, 'v']),
    [`cleanup.http.headers["${name}"]`],
    /reserved/,
  ]),
  ...HEADER_NAMES.map((name): Row => [
    `header name ${JSON.stringify(name)}`,
    'create',
    withHeaders([name, 'v']),
    [expectedHeader(name)],
    /no HTTP header name/,
  ]),
  ...HEADER_VALUES.map((value): Row => [
    `header value ${JSON.stringify(value.slice(0, 20))}`,
    'create',
    withHeaders(['x-a', value]),
    ['cleanup.http.headers["x-a"]'],
  ]),
  ['33 headers', 'create', withHeaders(...manyHeaders), ['cleanup.http.headers'], /33 entries: at most 32/],
  [
    'a header twice',
    'create',
    withHeaders(['x-a', '1'], ['X-A', '2']),
    ['cleanup.http.headers["X-A"]'],
    /twice/,
  ],
  [
    'a header name of 129 bytes',
    'create',
    withHeaders(['x'.repeat(129), '1']),
    [`cleanup.http.headers["${'x'.repeat(61)}..."]`],
    /128/,
  ],
  [
    'a header value that is a number',
    'create',
    withCleanup({
      target: http({ headers: untyped(new Map([['x-a', 1]])) }),
    }),
    ['cleanup.http.headers["x-a"]'],
    /no string/,
  ],
  [
    'headers as an object',
    'create',
    withCleanup({ target: http({ headers: untyped({ a: 'b' }) }) }),
    ['cleanup.http.headers'],
    /no Map/,
  ],
];

function expectedHeader(name: string): string {
  const shown = name.replace(
    /[\u0000\r\n]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `cleanup.http.headers["${shown}"]`;
}
