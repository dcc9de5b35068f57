import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  blob,
  cacheEntry,
  custom,
  databaseRow,
  type ObjectRef,
  parseBlob,
  parseCacheEntry,
  parseCustom,
  parseDatabaseRow,
  parseTemporaryFile,
  parseWebsocketSession,
  temporaryFile,
  websocketSession,
} from '../src/index.js';

/** Parts of any characters, often those that could be mistaken for a separator or an escape. */
const part = fc
  .oneof(
    fc.string({
      minLength: 1,
      maxLength: 12,
      unit: fc.constantFrom('/', '%', '2', 'F', 'a', '\n', '\u202e', ' '),
    }),
    fc.string({ minLength: 1, maxLength: 12, unit: 'binary' }),
  )
  .filter((text) => !/\p{Surrogate}/u.test(text));

/** What the server refuses in ids. */
const UNFIT = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

interface Kind<T> {
  readonly type: string;
  readonly values: fc.Arbitrary<T>;
  readonly encode: (value: T) => ObjectRef;
  readonly parse: (object: ObjectRef) => T;
}

const kind = <T>(each: Kind<T>) => each as unknown as Kind<unknown>;
const kinds = [
  kind({
    type: 'database-row',
    values: fc.oneof(
      fc.record({ table: part, key: part }),
      fc.record({ database: part, table: part, key: part }),
    ),
    encode: databaseRow,
    parse: parseDatabaseRow,
  }),
  kind({ type: 'blob', values: fc.record({ bucket: part, key: part }), encode: blob, parse: parseBlob }),
  kind({ type: 'temporary-file', values: part, encode: temporaryFile, parse: parseTemporaryFile }),
  kind({
    type: 'websocket-session',
    values: fc.record({ server: part, session: part }),
    encode: websocketSession,
    parse: parseWebsocketSession,
  }),
  kind({
    type: 'cache-entry',
    values: fc.record({ cache: part, key: part }),
    encode: cacheEntry,
    parse: parseCacheEntry,
  }),
  kind({ type: 'custom', values: part, encode: custom, parse: parseCustom }),
];

describe.each(kinds)('$type', ({ type, values, encode, parse }) => {
  it('comes back from its id', () => {
    fc.assert(
      fc.property(values, (value) => {
        const object = encode(value);
        expect(object.type).toBe(type);
        expect(parse(object)).toEqual(value);
      }),
      { numRuns: 500 },
    );
  });

  it('S1: has an id of its own: no two share one', () => {
    fc.assert(
      fc.property(values, values, (a, b) => {
        fc.pre(JSON.stringify(a) !== JSON.stringify(b));
        expect(encode(a).id).not.toBe(encode(b).id);
      }),
      { numRuns: 2_000 },
    );
  });

  it('has an id that the server takes', () => {
    fc.assert(
      fc.property(values, (value) => {
        expect(encode(value).id).not.toMatch(UNFIT);
      }),
      { numRuns: 500 },
    );
  });

  it('S1: has one spelling: whatever parses is what would be written', () => {
    fc.assert(
      fc.property(part, (id) => {
        let value: unknown;
        try {
          value = parse({ type, id });
        } catch (error) {
          expect(error).toBeInstanceOf(TypeError);
          return;
        }
        expect(encode(value).id).toBe(id);
      }),
      { numRuns: 2_000 },
    );
  });

  it('is not taken for another type', () => {
    expect(() => parse({ type: 'something-else', id: 'a/b/c' })).toThrow(`not the id of a ${type}`);
  });
});

it('ids read as what they name', () => {
  expect(databaseRow({ table: 'users', key: '42' }).id).toBe('users/42');
  expect(databaseRow({ database: 'shop', table: 'users', key: 'a/b' }).id).toBe('shop/users/a%2Fb');
  expect(blob({ bucket: 'photos', key: '2026/11/cat.png' }).id).toBe('photos/2026/11/cat.png');
  expect(temporaryFile('/tmp/größe 100%.txt').id).toBe('/tmp/größe 100%25.txt');
  expect(websocketSession({ server: 'gw-1:8080', session: 'abc' }).id).toBe('gw-1:8080/abc');
  expect(cacheEntry({ cache: 'eu', key: 'user:42' }).id).toBe('eu/user:42');
  expect(custom('anything at all').id).toBe('anything at all');
});

it.each([
  ['table must be', () => databaseRow({ table: '', key: 'x' })],
  ['key must be', () => databaseRow({ table: 'x', key: '' })],
  ['path must be', () => temporaryFile('')],
  ['key must be well-formed', () => blob({ bucket: 'b', key: '\uD800' })],
  ['session must be', () => websocketSession({ server: 's', session: 7 as unknown as string })],
  ['at most 2048 bytes, this one has 2049', () => custom('x'.repeat(2_049))],
  ['at most 2048 bytes, this one has 2050', () => custom('ü'.repeat(1_025))],
])('what cannot be an id is refused: %s', (message, make) => {
  expect(make).toThrow(message);
});

it('an id of 2,048 bytes is taken', () => {
  expect(parseCustom(custom('x'.repeat(2_048)))).toHaveLength(2_048);
});

it.each(['a%2fb', 'a%41', '%', '%zz', '%ff', ''])('%s is no path that anybody wrote', (id) => {
  expect(() => parseTemporaryFile({ type: 'temporary-file', id })).toThrow(TypeError);
});
