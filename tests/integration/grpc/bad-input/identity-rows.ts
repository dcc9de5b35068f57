import { rows, type Row } from './row.js';

const LEASE_IDS = {
  'no UUID': 'abc',
  'without hyphens': '11111111222243338444555555555555',
  'in braces': '{11111111-2222-4333-8444-555555555555}',
  'as a URN': 'urn:uuid:11111111-2222-4333-8444-555555555555',
  'one digit short': '11111111-2222-4333-8444-55555555555',
  'a line feed behind': '11111111-2222-4333-8444-555555555555\n',
  'a path': '../../../../../../etc/passwd',
  'U+0000': '11111111-2222-4333-8444-55555555555\u0000',
};

const SERVICE_IDS = {
  empty: '',
  '129 bytes': 's'.repeat(129),
  '65 characters of two bytes': 'é'.repeat(65),
  'a line feed': 'a\nb',
  'U+0000': '\u0000',
  'a bidi mark': 'a\u202eb',
  'a lone surrogate': 'a\ud800',
};

const OBJECT_TYPES = ['', '-blob', 'Blob', 'a_b', 'a/b', 'a b', 'blob\n', 'bl\u00f6b', 'a'.repeat(64)];

const OBJECT_IDS = {
  empty: '',
  '2,049 bytes': 'x'.repeat(2_049),
  '683 characters of three bytes': '€'.repeat(683),
  'U+0000': 'a\u0000b',
  'a tab': '\t',
  'U+0085': '\u0085',
  'a bidi mark': '\u2066admin\u2069',
};

/** Who holds what: lease_id, service_id, object. */
export const identityRows: readonly Row[] = [
  ...rows('CreateLease', 'lease_id', LEASE_IDS),
  ...(['RenewLease', 'ReleaseLease', 'GetLease'] as const).flatMap((method) =>
    rows(method, 'lease_id', { empty: '', ...LEASE_IDS }),
  ),
  ...(['CreateLease', 'RenewLease', 'ReleaseLease'] as const).flatMap((method) =>
    rows(method, 'service_id', SERVICE_IDS),
  ),
  ...rows('CreateLease', 'object', { missing: null, empty: {} }, ['object.type', 'object.id']),
  ...rows(
    'CreateLease',
    'object',
    Object.fromEntries(OBJECT_TYPES.map((type) => [`type ${JSON.stringify(type)}`, { type, id: 'x' }])),
    'object.type',
  ),
  ...rows(
    'CreateLease',
    'object',
    Object.fromEntries(Object.entries(OBJECT_IDS).map(([what, id]) => [`id: ${what}`, { type: 'blob', id }])),
    'object.id',
  ),
];
