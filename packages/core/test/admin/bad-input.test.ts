import { describe, expect, it } from 'vitest';
import { CleanupAdmin, type Answer, type LeaseEvent } from '../../src/index.js';
import { RecordingStore } from '../service/recording-store.js';
import { FORBIDDEN } from '../service/bad-input/row.js';
import { uuid } from './operated.js';

type Verb = 'list' | 'get' | 'attempts' | 'retry' | 'forget' | 'pause';
type Row = readonly [what: string, verb: Verb, request: unknown, fields: readonly string[], says?: RegExp];

const ID = uuid(1);
const ids = (count: number) => Array.from({ length: count }, (_, n) => uuid(n));

const VERBS = {
  list: 'list-cleanups',
  get: 'get-cleanup',
  attempts: 'list-attempts',
  retry: 'retry-cleanups',
  forget: 'forget-cleanups',
  pause: 'pause-collection',
} as const;

/** The filter's fields, in a listing and in a retry. */
const filterRows: readonly Row[] = (
  [
    ['an empty service', { serviceId: '' }, 'service_id'],
    ['a service of 129 bytes', { serviceId: 'x'.repeat(129) }, 'service_id'],
    ['a service with a line feed', { serviceId: 'a\nb' }, 'service_id'],
    ['a type in upper case', { objectType: 'Blob' }, 'object_type'],
    ['a type of 64 characters', { objectType: 'x'.repeat(64) }, 'object_type'],
    ['an empty endpoint', { endpoint: '' }, 'endpoint'],
    ['an endpoint of 2,049 bytes', { endpoint: 'x'.repeat(2_049) }, 'endpoint'],
    ['an endpoint with a bidi mark', { endpoint: 'http://\u202ea' }, 'endpoint'],
    ['an endpoint that is no text', { endpoint: 7 }, 'endpoint'],
    ['an unknown reason', { abandonReason: 'BORED' }, 'abandon_reason'],
    ['a reason by its number', { abandonReason: '99' }, 'abandon_reason'],
    ['the name of a prototype', { abandonReason: '__proto__' }, 'abandon_reason'],
  ] as const
).flatMap(([what, filter, field]): Row[] => [
  [what, 'list', filter, [field]],
  [`${what} in a filter`, 'retry', { filter }, [`filter.${field}`]],
]);

const rows: readonly Row[] = [
  ...filterRows,
  ['an unknown state', 'list', { state: 'GONE' }, ['state']],
  ['a negative page', 'list', { pageSize: -1 }, ['page_size']],
  ['half a page', 'list', { pageSize: 0.5 }, ['page_size']],
  ['a token of nobody', 'list', { pageToken: 'AAAA' }, ['page_token']],
  ['all at once', 'list', { serviceId: '', state: '', pageSize: NaN }, ['service_id', 'state', 'page_size']],
  ['no UUID', 'get', 'nope', ['cleanup_id'], /cleanup_id is "nope": a UUID is needed/],
  ['an empty id', 'get', '', ['cleanup_id']],
  ['a megabyte for an id', 'get', 'x'.repeat(1e6), ['cleanup_id']],
  ['no UUID', 'attempts', { cleanupId: `${ID}0` }, ['cleanup_id']],
  ['a wrong limit as well', 'attempts', { cleanupId: '', limit: -1 }, ['cleanup_id', 'limit']],
  ['neither ids nor a filter', 'retry', {}, ['cleanup_ids'], /has 0 elements: 1 to 1000/],
  ['both ids and a filter', 'retry', { cleanupIds: [ID], filter: {} }, ['filter'], /give one of the two/],
  ['1,001 ids', 'retry', { cleanupIds: ids(1_001) }, ['cleanup_ids']],
  ['ids of which two are none', 'retry', { cleanupIds: ['a', ID, ''] }, ['cleanup_ids[0]', 'cleanup_ids[2]']],
  ['a negative stagger', 'retry', { cleanupIds: [ID], staggerMs: -1 }, ['stagger']],
  ['a stagger above 24 h', 'retry', { filter: {}, staggerMs: 86_400_001 }, ['stagger']],
  ['a stagger of 2^53', 'retry', { filter: {}, staggerMs: 2 ** 53 }, ['stagger']],
  ['a stagger that is no number', 'retry', { filter: {}, staggerMs: NaN }, ['stagger']],
  ['a negative limit', 'retry', { filter: {}, limit: -1 }, ['limit']],
  ['no ids', 'forget', { cleanupIds: [], reason: 'x' }, ['cleanup_ids']],
  ['1,001 ids', 'forget', { cleanupIds: ids(1_001), reason: 'x' }, ['cleanup_ids']],
  ['no reason', 'forget', { cleanupIds: [ID] }, ['reason'], /reason is missing/],
  ['an empty reason', 'forget', { cleanupIds: [ID], reason: '' }, ['reason']],
  ['a reason of 257 bytes', 'forget', { cleanupIds: [ID], reason: `${'é'.repeat(128)}x` }, ['reason']],
  ['everything', 'forget', { cleanupIds: ['x'], reason: '' }, ['reason', 'cleanup_ids[0]']],
  ...FORBIDDEN.map(([char, name], i): Row => [
    `a reason with character ${i}`,
    'forget',
    { cleanupIds: [ID], reason: `a${char}b` },
    ['reason'],
    name,
  ]),
  ['no duration', 'pause', {}, ['duration'], /duration is missing/],
  ['less than 1 s', 'pause', { forMs: 999 }, ['duration']],
  ['more than 7 d', 'pause', { forMs: 604_800_001 }, ['duration']],
  ['a negative duration', 'pause', { forMs: -1_000 }, ['duration']],
  ['no number', 'pause', { forMs: NaN }, ['duration']],
  ['a note of 257 bytes', 'pause', { forMs: 1_000, note: 'x'.repeat(257) }, ['note']],
  ['a note with an escape', 'pause', { forMs: 1_000, note: '\u001b[31m' }, ['note']],
  ['both', 'pause', { forMs: 0, note: '\u0000' }, ['duration', 'note']],
];

describe('bad input is refused at the edge, before the store is asked, with every wrong field named', () => {
  it.each(rows.map((row) => [`${row[1]}: ${row[0]}`, row] as const))('%s', async (_, row) => {
    const [, verb, request, fields, says] = row;
    const events: LeaseEvent[] = [];
    // Rejects whatever it is asked.
    const admin = new CleanupAdmin({ store: new RecordingStore(), observer: (event) => events.push(event) });
    const answer = await (admin[verb] as (request: unknown) => Promise<Answer<unknown>>)(request);
    if (answer.ok) throw new Error('was accepted');
    const { refusal } = answer;
    expect(refusal.reason).toBe('INVALID_REQUEST');
    expect(refusal.violations?.map(({ field }) => field)).toEqual(fields);
    if (says !== undefined) expect(refusal.message).toMatch(says);
    for (const text of [refusal.message, ...(refusal.violations ?? []).map((each) => each.description)]) {
      expect(text.length).toBeLessThan(300);
      expect(text).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    }
    expect(events).toEqual([{ type: 'refused', verb: VERBS[verb], refusal }]);
  });
});

it.each([
  ['the longest reason', 'é'.repeat(128)],
  ['the shortest one', 'x'],
])('takes %s', async (_, reason) => {
  const store = Object.assign(new RecordingStore(), {
    forgetCleanups: () => Promise.resolve(['forgotten'] as const),
  });
  expect(await new CleanupAdmin({ store }).forget({ cleanupIds: [ID], reason })).toMatchObject({ ok: true });
});
