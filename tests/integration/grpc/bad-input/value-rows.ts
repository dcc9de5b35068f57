import { rows, type Row } from './row.js';

const TTLS = {
  '0': { seconds: 0, nanos: 0 },
  '1 ns': { nanos: 1 },
  '999 ms, below the minimum': { nanos: 999_000_000 },
  '24 h and 1 ns, above the maximum': { seconds: 86_400, nanos: 1 },
  '-1 s': { seconds: -1 },
  '2^31 ms': { seconds: 2_147_483, nanos: 648_000_000 },
  '2^53+1 s': { seconds: '9007199254740993' },
  '2^63-1 s': { seconds: '9223372036854775807', nanos: 999_999_999 },
  '-2^63 s': { seconds: '-9223372036854775808' },
  '10^9 ns': { seconds: 60, nanos: 1_000_000_000 },
  'two signs': { seconds: 60, nanos: -1 },
};

const entries = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`key-${i}`, 'x']));

/** TTLs, metadata, dispositions, filters. */
export const valueRows: readonly Row[] = [
  ...rows('CreateLease', 'ttl', TTLS),
  ...rows('RenewLease', 'ttl', TTLS),
  ...rows('CreateLease', 'metadata', { '51 entries': entries(51), '5,000 entries': entries(5_000) }),
  ...rows('CreateLease', 'metadata', { 'an empty key': { '': 'x' } }, 'metadata[""]'),
  ...rows(
    'CreateLease',
    'metadata',
    {
      'a value of 1,025 bytes': { a: 'x'.repeat(1_025) },
      'a value of 4 MB': { a: 'x'.repeat(4_000_000) },
      'a value with U+0000': { a: '\u0000' },
      'a value with a bidi mark': { a: '\u202e' },
      'a value with an escape': { a: '\u001b[31m' },
      'a value that is no UTF-8': { a: '\udfff' },
    },
    'metadata["a"]',
  ),
  ...rows(
    'CreateLease',
    'metadata',
    { 'a key of 65 bytes': { ['k'.repeat(65)]: 'x' } },
    `metadata["${'k'.repeat(61)}..."]`,
  ),
  ...rows('CreateLease', 'metadata', { 'a key of two lines': { 'a\nb': 'x' } }, 'metadata["a\\u000ab"]'),
  ...rows('CreateLease', 'metadata', { 'two wrong values': { a: '\u0000', b: 'x', c: '\u0000' } }, [
    'metadata["a"]',
    'metadata["c"]',
  ]),
  ...rows('ReleaseLease', 'disposition', { '3': 3, '-1': -1, '2^31-1': 2 ** 31 - 1 }),
  ...rows('ListLeases', 'state', { '4': 4, '-1': -1, '2^31-1': 2 ** 31 - 1 }),
  ...rows('ListLeases', 'service_id', { '129 bytes': 's'.repeat(129), 'U+0000': '\u0000' }),
  ...rows('ListLeases', 'object_type', { 'in capitals': 'BLOB', '64 characters': 'a'.repeat(64) }),
  ...rows('ListLeases', 'object_id', { 'without a type': 'x' }),
  ...rows('ListLeases', 'page_token', { garbage: 'garbage!', '1 MB': 'A'.repeat(1_000_000) }),
];
