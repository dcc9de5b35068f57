import { printable } from '../printable.js';

const GAP = '  ';

/**
 * Rows beneath a line of titles, the columns aligned; of a row that is longer than `columns`, the end is cut off. The last
 * column is not padded.
 */
export function table(
  titles: readonly string[],
  rows: readonly (readonly string[])[],
  columns = Infinity,
): string {
  const cells = [titles, ...rows.map((row) => row.map(printable))];
  // Not Math.max(...): a listing may have more rows than a call takes arguments.
  const widths = titles.map((_, i) =>
    cells.reduce((width, row) => Math.max(width, lengthOf(row[i] ?? '')), 0),
  );
  return cells
    .map((row) => {
      const padded = row.map((cell, i) => cell + ' '.repeat((widths[i] ?? 0) - lengthOf(cell)));
      return `${cut(padded.join(GAP).trimEnd(), columns)}\n`;
    })
    .join('');
}

/** In code points: an emoji is one character, not two. */
function lengthOf(text: string): number {
  return Array.from(text).length;
}

function cut(line: string, columns: number): string {
  const chars = Array.from(line);
  return chars.length <= columns ? line : `${chars.slice(0, Math.max(0, columns - 1)).join('')}…`;
}
