import { create, list, release, renew, untyped, withMetadata } from '../requests.js';
import { FORBIDDEN, type Row } from './row.js';

const TTLS = [
  0,
  -1,
  1,
  999,
  86_400_001,
  2 ** 31,
  2 ** 53 + 1,
  2 ** 64 - 1,
  1_000.5,
  0.1,
  NaN,
  Infinity,
  -Infinity,
  Number.MIN_VALUE,
];
const PAGE_SIZES = [-1, 0.5, NaN, Infinity, 2 ** 53];
const entries = (count: number) =>
  Array.from({ length: count }, (_, i): readonly [string, string] => [`k${i}`, 'v']);

export const valueRows: readonly Row[] = [
  ...TTLS.map((ttlMs): Row => [`ttl of ${ttlMs}`, 'create', create({ ttlMs }), ['ttl'], /ms/]),
  ...TTLS.map((ttlMs): Row => [`renewal by ${ttlMs}`, 'renew', renew({ ttlMs }), ['ttl'], /ms/]),
  ['ttl below the minimum', 'create', create({ ttlMs: 999 }), ['ttl'], /is 999 ms: 1000 to 86400000 ms are/],
  ['ttl as a string', 'create', create({ ttlMs: untyped('5s') }), ['ttl'], /no number/],
  ['ttl as a bigint', 'create', create({ ttlMs: untyped(5_000n) }), ['ttl'], /no number/],
  ['ttl null', 'create', create({ ttlMs: untyped(null) }), ['ttl'], /no number/],

  [
    'metadata with 51 entries',
    'create',
    withMetadata(...entries(51)),
    ['metadata'],
    /51 entries: at most 50/,
  ],
  ['100,000 entries', 'create', create({ metadata: new Map(entries(100_000)) }), ['metadata'], /at most 50/],
  ['an empty metadata key', 'create', withMetadata(['', 'v']), ['metadata[""]'], /key that is empty/],
  [
    'a metadata key of 65 bytes',
    'create',
    withMetadata(['k'.repeat(65), 'v']),
    [`metadata["${'k'.repeat(61)}..."]`],
    /key that is too long: at most 64/,
  ],
  [
    'a metadata key of 33 two-byte characters',
    'create',
    withMetadata(['é'.repeat(33), 'v']),
    [`metadata["${'é'.repeat(33)}"]`],
  ],
  [
    'a metadata value of 1,025 bytes',
    'create',
    withMetadata(['a', 'v'.repeat(1_025)]),
    ['metadata["a"]'],
    /1024/,
  ],
  [
    'a metadata value of 4 MB',
    'create',
    withMetadata(['a', 'v'.repeat(4_000_000)]),
    ['metadata["a"]'],
    /1024/,
  ],
  [
    'metadata key __proto__ with a bad value',
    'create',
    withMetadata(['__proto__', '\u0000']),
    ['metadata["__proto__"]'],
  ],
  [
    'two bad metadata entries',
    'create',
    withMetadata(['a', '\u0000'], ['b', 'ok'], ['c', '\u202e']),
    ['metadata["a"]', 'metadata["c"]'],
  ],
  [
    'a bad metadata key with a bad value',
    'create',
    withMetadata(['\u0001', '\u0000']),
    ['metadata["\\u0001"]', 'metadata["\\u0001"]'],
  ],
  ['metadata as an object', 'create', create({ metadata: untyped({ a: 'b' }) }), ['metadata'], /no Map/],
  ['metadata null', 'create', create({ metadata: untyped(null) }), ['metadata'], /no Map/],
  [
    'a metadata value that is a number',
    'create',
    create({ metadata: untyped(new Map([['a', 1]])) }),
    ['metadata["a"]'],
  ],
  [
    'a metadata key that is a number',
    'create',
    create({ metadata: untyped(new Map([[7, 'v']])) }),
    ['metadata["7"]'],
  ],
  ...FORBIDDEN.filter(([char]) => !'\t\n\r'.includes(char)).map(([char, name]): Row => [
    `metadata value with ${name.source}`,
    'create',
    withMetadata(['a', `x${char}`]),
    ['metadata["a"]'],
    name,
  ]),
  [
    'a metadata key with a line feed',
    'create',
    withMetadata(['a\nb', 'v']),
    ['metadata["a\\u000ab"]'],
    /key that/,
  ],

  ['an unknown disposition', 'release', release({ disposition: untyped('DROP') }), ['disposition'], /"DROP"/],
  [
    'a disposition in lower case',
    'release',
    release({ disposition: untyped('keep') }),
    ['disposition'],
    /KEEP/,
  ],
  ['a disposition as a number', 'release', release({ disposition: untyped(99) }), ['disposition'], /COLLECT/],
  ['disposition __proto__', 'release', release({ disposition: untyped('__proto__') }), ['disposition']],

  ...PAGE_SIZES.map((pageSize): Row => [`page size ${pageSize}`, 'list', list({ pageSize }), ['page_size']]),
  ['a page size as a string', 'list', list({ pageSize: untyped('10') }), ['page_size'], /no number/],
  ['an unknown state', 'list', list({ state: untyped('GONE') }), ['state'], /ACTIVE, EXPIRED, RELEASED/],
  ['a state as a number', 'list', list({ state: untyped(42) }), ['state']],
  ['a filter by an empty service id', 'list', list({ serviceId: '' }), ['service_id'], /is empty/],
  ['a filter by a bad type', 'list', list({ objectType: 'A' }), ['object_type']],
  ['a filter by id alone', 'list', list({ objectId: 'x' }), ['object_id'], /needs an object_type/],
  [
    'a filter by a bad id',
    'list',
    list({ objectType: 'blob', objectId: '\u0000' }),
    ['object_id'],
    /U\+0000/,
  ],
  ['an empty page token', 'list', list({ pageToken: '' }), ['page_token'], /list again without it/],
  ['a page token of garbage', 'list', list({ pageToken: 'garbage!' }), ['page_token']],
  ['a page token of 1 MB', 'list', list({ pageToken: 'A'.repeat(1_000_000) }), ['page_token']],
  ['a page token as a number', 'list', list({ pageToken: untyped(7) }), ['page_token']],
];
