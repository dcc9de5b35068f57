import type { Random } from '@lease/core';
import { randomBelow, randomItem } from '@lease/core/testing';
import { aLease } from '../helpers/builders.js';

type Values = Readonly<Record<string, readonly unknown[]>>;

const TEXTS = [
  ...[
    '',
    'a',
    '__proto__',
    'a\u0000b',
    'a\ud800',
    '\u202eevil',
    'a\nb',
    '\u001b[31m',
    ' ',
    'é',
    "'; drop table lease; --",
  ],
  ...['x'.repeat(128), 'x'.repeat(129), 'x'.repeat(70_000), '\u{1f512}'.repeat(40)],
];
const IDS = [...TEXTS, '00000000-0000-0000-0000-000000000000', 'FFFFFFFF-FFFF-4FFF-BFFF-FFFFFFFFFFFF', '{1}'];
const DURATIONS = [
  ...[
    0,
    1,
    -1,
    86_400,
    86_401,
    2_147_483,
    '9007199254740993',
    '9223372036854775807',
    '-9223372036854775808',
  ].map((seconds) => ({ seconds })),
  ...[1, -1, 999_999_999, 1_000_000_000, -2_147_483_648].map((nanos) => ({ seconds: 60, nanos })),
];
const URLS = [
  ...[
    'file:///etc/passwd',
    'gopher://x',
    'ftp://x',
    'data:,x',
    'unix:/x',
    'http://u:p@127.0.0.1/',
    'http://',
    'x',
    '',
  ],
  ...[
    'http://[::ffff:169.254.169.254]/',
    'http://2130706433/',
    'http://0x7f.1/',
    'http://169.254.169.254/',
    'http://8.8.8.8/',
  ],
];
const OBJECTS = TEXTS.flatMap((text) => [
  { type: text, id: 'x' },
  { type: 'blob', id: text },
]);
const CLEANUPS = [
  {},
  ...URLS.map((url) => ({ http: { url } })),
  ...TEXTS.map((text) => ({ http: { url: 'http://127.0.0.1:8080/', headers: { [text]: text } } })),
  ...TEXTS.map((payload) => ({ http: { url: 'http://127.0.0.1:8080/' }, payload })),
  ...[...URLS, 'dns:x:1', '127.0.0.1:0', '127.0.0.1:99999'].map((address) => ({ grpc: { address } })),
  ...[0, 4_294_967_295].map((max_attempts) => ({
    grpc: { address: '127.0.0.1:1' },
    retry: { max_attempts },
  })),
  ...DURATIONS.map((attempt_timeout) => ({ grpc: { address: '127.0.0.1:1' }, retry: { attempt_timeout } })),
];
const METADATA = TEXTS.flatMap((text) => [{ [text]: 'x' }, { a: text }]);
const PAGES: Values = { page_size: [0, 1, 1_000, 1_001, 4_294_967_295], page_token: TEXTS };
const HOLDER: Values = { lease_id: IDS, service_id: TEXTS };

/** Values of each field of each request. Some are right. */
const FIELDS = {
  CreateLease: { ...HOLDER, object: OBJECTS, ttl: DURATIONS, metadata: METADATA, cleanup: CLEANUPS },
  RenewLease: { ...HOLDER, ttl: DURATIONS },
  ReleaseLease: { ...HOLDER, disposition: [0, 1, 2, 3, -1, 2_147_483_647] },
  GetLease: { lease_id: IDS },
  ListLeases: {
    ...{ service_id: TEXTS, object_type: TEXTS, object_id: TEXTS, state: [0, 1, 2, 3, 4, -1, 2_147_483_647] },
    ...PAGES,
  },
} as const satisfies Readonly<Record<string, Values>>;

export interface HostileRequest {
  readonly method: keyof typeof FIELDS;
  readonly request: Readonly<Record<string, unknown>>;
  /** The fields that are not as a decent caller would have them. */
  readonly drawn: readonly string[];
}

/** A request that is right but for some of its fields. */
export function hostileRequest(random: Random): HostileRequest {
  const method = randomItem(random, Object.keys(FIELDS) as (keyof typeof FIELDS)[]);
  const values: Values = FIELDS[method];
  const right = { ...aLease(), lease_id: random.uuid(), object: { type: 'blob', id: random.uuid() } };
  const base =
    method === 'CreateLease'
      ? right
      : {
          lease_id: right.lease_id,
          ...(method !== 'ListLeases' && method !== 'GetLease' && { service_id: 'tests' }),
        };
  const drawn = Object.keys(values).filter(() => random.next() < 0.35);
  if (drawn.length === 0) drawn.push(randomItem(random, Object.keys(values)));
  const hostile = drawn.map((field) => {
    const choices = values[field] ?? [];
    return [field, choices[randomBelow(random, choices.length)]];
  });
  return { method, request: { ...base, ...(Object.fromEntries(hostile) as object) }, drawn };
}
