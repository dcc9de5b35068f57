import { describe, expect, it } from 'vitest';
import { printable } from '../src/printable.js';
import { table } from '../src/cleanups/table.js';

describe('a table', () => {
  it('aligns its columns, and pads the last one with nothing', () => {
    expect(
      table(
        ['A', 'LONGER', 'C'],
        [
          ['1', '2', '3'],
          ['a longer one', '', 'x'],
        ],
      ),
    ).toBe(['A             LONGER  C', '1             2       3', 'a longer one          x', ''].join('\n'));
  });

  it('has its titles alone when there is nothing', () => {
    expect(table(['A', 'B'], [])).toBe('A  B\n');
  });

  it('cuts what is wider than the terminal, and nothing when there is none', () => {
    const rows = [['x'.repeat(10), 'y'.repeat(10)]];
    expect(table(['A', 'B'], rows, 12)).toBe('A          …\nxxxxxxxxxx …\n');
    expect(table(['A', 'B'], rows)).toContain('y'.repeat(10));
    expect(table(['A', 'B'], rows, 22)).toContain('y'.repeat(10));
    expect(table(['A', 'B'], rows, 21)).toContain(`${'y'.repeat(8)}…`);
  });

  it('may have more rows than a call takes arguments', () => {
    const rows = Array.from({ length: 300_000 }, () => ['x']);
    expect(table(['A'], rows)).toHaveLength(2 * 300_001);
  });

  it('counts characters, not code units', () => {
    expect(table(['A', 'B'], [['🔒🔒', 'x']])).toBe('A   B\n🔒🔒  x\n');
  });
});

it.each([
  ['\u001b[31mred', '\\u001b[31mred'],
  ['a\nb\r\tc', 'a\\u000ab\\u000d\\u0009c'],
  ['\u0000\u007f\u009b', '\\u0000\\u007f\\u009b'],
  ['\u202egnp.exe', '\\u202egnp.exe'],
  ['\u200bhidden\u2028line', '\\u200bhidden\\u2028line'],
  ['\u{e0041}', '\\u{e0041}'],
  ['\ud800', '\\ud800'],
  ['Zürich 🔒', 'Zürich 🔒'],
])('%j is shown as %s', (text, shown) => {
  expect(printable(text)).toBe(shown);
});
