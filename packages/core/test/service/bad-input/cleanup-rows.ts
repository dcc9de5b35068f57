import { create, http, untyped, withCleanup } from '../requests.js';
import type { Row } from './row.js';

/** A field of the retry policy, what its violation is called, and values outside its bounds. */
const RETRIES = [
  ['maxAttempts', 'max_attempts', [0, -1, 101, 1.5, 2 ** 32 - 1, NaN]],
  ['initialBackoffMs', 'initial_backoff', [0, 99, 3_600_001, 100.5, -100, 2 ** 53 + 1]],
  ['maxBackoffMs', 'max_backoff', [0, 99, 86_400_001, 2 ** 31 * 1_000, Infinity]],
  ['attemptTimeoutMs', 'attempt_timeout', [0, 99, 30_001, 2 ** 31, 2 ** 64 - 1, 100.1]],
] as const;

export const cleanupRows: readonly Row[] = [
  ['no target', 'create', withCleanup({ target: untyped(undefined) }), ['cleanup.target'], /whom to call/],
  ['an unknown target', 'create', withCleanup({ target: untyped({ kind: 'smtp' }) }), ['cleanup.target']],

  ...RETRIES.flatMap(([key, name, values]) =>
    values.map((value): Row => [
      `${name} of ${value}`,
      'create',
      withCleanup({ retry: { [key]: value } }),
      [`cleanup.retry.${name}`],
    ]),
  ),
  [
    'initial above max backoff',
    'create',
    withCleanup({ retry: { initialBackoffMs: 5_000, maxBackoffMs: 4_999 } }),
    ['cleanup.retry.max_backoff'],
    /4999 ms: it may not be less than initial_backoff \(5000 ms\)/,
  ],
  [
    'max below the default initial backoff',
    'create',
    withCleanup({ retry: { maxBackoffMs: 500 } }),
    ['cleanup.retry.max_backoff'],
    /initial_backoff \(1000 ms\)/,
  ],
  [
    'every retry field',
    'create',
    withCleanup({
      retry: { maxAttempts: 0, initialBackoffMs: 0, maxBackoffMs: 0, attemptTimeoutMs: 0 },
    }),
    [
      'cleanup.retry.max_attempts',
      'cleanup.retry.initial_backoff',
      'cleanup.retry.max_backoff',
      'cleanup.retry.attempt_timeout',
    ],
  ],
  [
    'a payload of 16,385 bytes',
    'create',
    withCleanup({ payload: 'x'.repeat(16_385) }),
    ['cleanup.payload'],
    /16384/,
  ],
  [
    'a payload of 8,193 two-byte characters',
    'create',
    withCleanup({ payload: 'é'.repeat(8_193) }),
    ['cleanup.payload'],
  ],
  [
    'a payload with U+0000',
    'create',
    withCleanup({ payload: 'a\u0000' }),
    ['cleanup.payload'],
    /null character/,
  ],
  [
    'a payload with a lone surrogate',
    'create',
    withCleanup({ payload: '\ud800' }),
    ['cleanup.payload'],
    /surrogate/,
  ],
  [
    'a payload that is an object',
    'create',
    withCleanup({ payload: untyped({}) }),
    ['cleanup.payload'],
    /no string/,
  ],

  [
    'everything at once',
    'create',
    create({
      leaseId: 'x',
      object: { type: 'X', id: '' },
      serviceId: '',
      ttlMs: 1,
      metadata: new Map([['', '']]),
      cleanup: {
        target: http({ url: 'ftp://h', headers: new Map([['host', 'h']]) }),
        payload: '\u0000',
        retry: { maxAttempts: 0 },
      },
    }),
    [
      'lease_id',
      'object.type',
      'object.id',
      'service_id',
      'ttl',
      'cleanup.payload',
      'cleanup.retry.max_attempts',
      'cleanup.http.url',
      'cleanup.http.headers["host"]',
      'metadata[""]',
    ],
    /lease_id is "x": a UUID is needed \(and 9 more\)/,
  ],
];
