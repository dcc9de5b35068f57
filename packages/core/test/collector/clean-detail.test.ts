import { describe, expect, test } from 'vitest';
import { cleanDetail } from '../../src/index.js';

const bytes = (text: string) => Buffer.byteLength(text, 'utf8');

describe('cleanDetail', () => {
  test.each([
    ['', ''],
    ['no such bucket', 'no such bucket'],
    ['  padded \n', 'padded'],
    ['a\u0000b', 'a b'],
    ['a\r\n\r\nb\tc', 'a b c'],
    ['\u001b[31mred\u001b[0m', '[31mred [0m'],
    ['a\u007fb\u0085c', 'a b c'],
    ['a\u2028b\u2029c', 'a b c'],
    ['file\u202egpj.exe', 'file gpj.exe'],
    ['\u2066x\u2069', 'x'],
    ['lone \ud800 and \udc00', 'lone \ufffd and \ufffd'],
    ['paired \ud83d\ude00', 'paired \ud83d\ude00'],
    ['\u0000\u0000\u0000', ''],
  ])('R15: %j becomes %j', (text, clean) => {
    expect(cleanDetail(text)).toBe(clean);
  });

  test.each([
    ['x', 1_024],
    ['ü', 1_024],
    ['€', 1_023],
    ['😀', 1_024],
    ['\ud800', 1_023],
  ])('cuts a text of %j between code points, at most 1 KiB', (letter, length) => {
    const clean = cleanDetail(letter.repeat(5_000));
    expect(bytes(clean)).toBe(length);
    expect(clean).not.toMatch(/\p{Cs}/u);
  });

  test('cuts a code point that straddles the limit', () => {
    expect(cleanDetail(`${'x'.repeat(1_022)}😀`)).toBe('x'.repeat(1_022));
    expect(cleanDetail(`${'x'.repeat(1_020)}😀`)).toBe(`${'x'.repeat(1_020)}😀`);
  });

  test('changes nothing the second time', () => {
    for (const text of [
      'a \u0000 b',
      `${'x'.repeat(1_023)} y`,
      '\udc00'.repeat(900),
      ` ${'\n€'.repeat(3_000)}`,
    ]) {
      const once = cleanDetail(text);
      expect(cleanDetail(once)).toBe(once);
    }
  });

  test('looks at a bounded part of a text of any size', () => {
    expect(cleanDetail(`${'\u0000'.repeat(10_000_000)}x`)).toBe('');
  });
});
