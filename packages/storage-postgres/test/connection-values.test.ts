import { afterAll, describe, expect, it } from 'vitest';
import { sharedPostgres } from '../../../tests/helpers/postgres/index.js';
import type { SqlValue } from '../src/connection/database.js';
import { encodeValue } from '../src/connection/encode-value.js';
import { openDatabase } from '../src/connection/open-database.js';

const database = openDatabase({ ...sharedPostgres(), schema: 'unused', maxConnections: 2 });
afterAll(() => database.close());

/** What comes back of a value that was sent as this type. */
async function echo(value: SqlValue, type: string): Promise<unknown> {
  const [row] = await database.call<{ echo: unknown }>('rpc', `select $1::${type} as echo`, [value]);
  return row?.echo;
}

const nasty = [
  'plain',
  '',
  'NULL',
  'null',
  '{}',
  '{a,b}',
  'a"b',
  "o'clock",
  'back\\slash',
  '\\"',
  'ü\n\t 𝄞',
  ' ',
  ',',
];

describe('a value', () => {
  it.each(nasty)('comes back as it was sent: text %j', async (text) => {
    expect(await echo(text, 'text')).toBe(text);
  });

  it.each<[SqlValue, string, unknown]>([
    [42, 'integer', 42],
    [-1.5, 'double precision', -1.5],
    [9_007_199_254_740_991, 'bigint', 9_007_199_254_740_991],
    [9_007_199_254_740_991n, 'bigint', 9_007_199_254_740_991],
    [true, 'boolean', true],
    [false, 'boolean', false],
    [null, 'text', null],
    ['12345678901234567890.5', 'numeric', '12345678901234567890.5'],
    ['2026-11-23T02:55:01.123999Z', 'timestamptz', Date.UTC(2026, 10, 23, 2, 55, 1, 123)],
    ['2026-11-23T02:55:01+02:00', 'timestamptz', Date.UTC(2026, 10, 23, 0, 55, 1)],
    ['1969-12-31T23:59:59.999Z', 'timestamptz', -1],
    ['infinity', 'timestamptz', Infinity],
    ['-infinity', 'timestamptz', -Infinity],
    ['00000000-0000-4000-8000-00000000000A', 'uuid', '00000000-0000-4000-8000-00000000000a'],
    [JSON.stringify({ __proto__x: [1, 'ü"\\', null] }), 'jsonb', { __proto__x: [1, 'ü"\\', null] }],
    [JSON.stringify('text'), 'jsonb', 'text'],
    [JSON.stringify([1, 2]), 'json', [1, 2]],
    [[true, false, null], 'boolean[]', '{t,f,NULL}'],
    [[], 'integer[]', '{}'],
  ])('comes back as it was sent: %o as %s', async (value, type, expected) => {
    expect(await echo(value, type)).toEqual(expected);
  });

  it('comes back in its array', async () => {
    const [row] = await database.call<{ all: unknown }>('rpc', 'select to_jsonb($1::text[]) as all', [
      [...nasty, null],
    ]);
    expect(row?.all).toEqual([...nasty, null]);
  });

  it('is refused if it is no value, before anything is sent', async () => {
    expect(() => encodeValue({} as never)).toThrow('of type object');
    expect(() => encodeValue(undefined as never)).toThrow('of type undefined');
    await expect(database.call('rpc', 'select $1::text', [[{}] as never])).rejects.toThrow(TypeError);
  });

  it('throws if it is a bigint that no number can be, and the connection goes on', async () => {
    await expect(echo('9007199254740992', 'bigint')).rejects.toThrow(RangeError);
    await expect(echo('9007199254740992', 'numeric')).resolves.toBe('9007199254740992');
  });
});
