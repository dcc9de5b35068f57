import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { flat } from '../../src/text/flat.js';

const TEXTS = 20_000;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Bytes of heap for each text that is kept. */
function bytesOf(make: (number: number) => string): number {
  const heap = () => {
    collectGarbage();
    return process.memoryUsage().heapUsed;
  };
  const kept: string[] = Array.from({ length: TEXTS }, () => '');
  const before = heap();
  for (let number = 0; number < TEXTS; number += 1) kept[number] = make(number);
  const bytes = (heap() - before) / TEXTS;
  expect(new Set(kept).size).toBe(TEXTS);
  return bytes;
}

const addedUp = (number: number) => {
  let text = `${number}`;
  for (let digit = 0; digit < 30; digit += 1) text += `${digit % 10}f`;
  return text;
};
const cutOut = (number: number) => `${'x'.repeat(200)}${number} and what nobody needs`.slice(195, 220);

test.each([
  ['', ''],
  ['a', 'a'],
  ['ab\u{1f600}', 'ab\u{1f600}'],
  ['\ud83d', '\ud83d'],
])('%j stays what it is', (text, same) => {
  expect(flat(text)).toBe(same);
});

test.each([
  ['added up', addedUp, 400],
  ['cut out of another', cutOut, 200],
])('a text that was %s takes no more than its characters and a header', (_, make, least) => {
  expect(bytesOf(make)).toBeGreaterThan(least);
  expect(bytesOf((number) => flat(make(number)))).toBeLessThan(120);
});
