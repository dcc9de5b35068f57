import type { Instant } from '@lease/core';

/** PostgreSQL's numbers for the types that do not stay text. */
const INT8 = 20;
const JSON_TEXT = 114;
const JSONB = 3_802;
const DATE = 1_082;
const TIMESTAMP = 1_114;
const TIMESTAMPTZ = 1_184;
const BOOLEAN = 16;

const asItIs = (text: string) => text;

/** The driver's types, by ours: everything is sent as text already, and read into what `Database` promises. */
export const types = {
  boolean: { to: BOOLEAN, from: [BOOLEAN], serialize: asItIs, parse: (text: string) => text === 't' },
  bigint: { to: INT8, from: [INT8], serialize: asItIs, parse: parseBigint },
  json: {
    to: JSON_TEXT,
    from: [JSON_TEXT, JSONB],
    serialize: asItIs,
    parse: (text: string): unknown => JSON.parse(text),
  },
  jsonb: { to: JSONB, from: [], serialize: asItIs, parse: asItIs },
  instant: { to: TIMESTAMPTZ, from: [TIMESTAMPTZ], serialize: asItIs, parse: parseInstant },
  date: { to: DATE, from: [DATE, TIMESTAMP], serialize: asItIs, parse: asItIs },
};

function parseBigint(text: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number)) return number;
  throw new RangeError(`a bigint beyond 2^53: ${text}`);
}

/** The session's time zone is UTC and its style ISO: `2026-11-23 02:55:01.123456+00`. Microseconds are cut off. */
function parseInstant(text: string): Instant {
  if (text === 'infinity') return Infinity;
  if (text === '-infinity') return -Infinity;
  const match = /^(\d{4,}-\d\d-\d\d) (\d\d:\d\d:\d\d)(\.\d+)?\+00$/.exec(text);
  if (!match) throw new RangeError(`a timestamp that is not in UTC or before the year 1: ${text}`);
  const [, day = '', time = '', fraction = ''] = match;
  // eslint-disable-next-line no-restricted-globals -- calendar arithmetic, reads no clock
  return Date.parse(`${day}T${time}${fraction.slice(0, 4)}Z`);
}
