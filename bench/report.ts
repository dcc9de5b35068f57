import { stderr, stdout } from 'node:process';

/** One figure: how many times as fast as what it is measured against. */
export interface Row {
  readonly name: string;
  readonly ratio: number;
  /** The single rounds, for the spread. */
  readonly ratios: readonly number[];
  /** The least that is promised. Unset: nothing is, the figure is for information. */
  readonly floor?: number;
}

export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

export function progress(line: string): void {
  stderr.write(`${stderr.isTTY ? '\r\u001b[K' : ''}${line}${stderr.isTTY ? '' : '\n'}`);
}

/** Prints the figures; a ratio below its floor fails the run. */
export function report(bench: string, rows: readonly Row[]): void {
  if (stderr.isTTY) stderr.write('\r\u001b[K');
  for (const { name, ratio, ratios, floor } of rows) {
    const spread = `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`;
    stdout.write(`${bench}: ${name}: ${ratio.toFixed(2)} x (${spread})${verdict(ratio, floor)}\n`);
  }
  if (rows.some(({ ratio, floor }) => ratio < (floor ?? 0))) process.exitCode = 1;
}

function verdict(ratio: number, floor: number | undefined): string {
  if (floor === undefined) return '';
  return `, at least ${floor.toFixed(2)}: ${ratio >= floor ? 'ok' : 'TOO SLOW'}`;
}
