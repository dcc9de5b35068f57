import { expect, it } from 'vitest';
import { Packing } from '../src/packing.js';

interface Row {
  readonly text: string;
  readonly count: number;
  readonly flag: boolean;
  readonly parts: readonly (readonly [string, string])[];
  readonly note?: string;
}

const packing = new Packing<Row>({ text: true, count: true, flag: true, parts: true, note: true });

it.each<Row>([
  { text: '', count: 0, flag: false, parts: [] },
  { text: 'a\nb\r\n"\\\u2028', count: 1_700_000_000_000_001, flag: true, parts: [['k\n', '\n']], note: '\n' },
  {
    text: '\ud800\u0000',
    count: -1.5,
    flag: false,
    parts: [
      ['__proto__', 'undefined'],
      ['', 'null'],
    ],
    note: '',
  },
])('gives back what it packed, line feeds and unset fields included: %j', (row) => {
  expect(packing.unpack(packing.pack(row))).toStrictEqual(row);
});
