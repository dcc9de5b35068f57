import { loadavg } from 'node:os';
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

/** One figure that stands for itself. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  /** E.g. `ms` or `/s`; `x` for a ratio. */
  readonly unit: string;
  /** The least or the most that is promised. Both unset: nothing is. */
  readonly atLeast?: number;
  readonly atMost?: number;
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
  clearProgress();
  for (const { name, ratio, ratios, floor } of rows) {
    const spread = `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`;
    stdout.write(`${bench}: ${name}: ${ratio.toFixed(2)} x (${spread})${verdict(ratio, floor)}\n`);
  }
  if (rows.some(({ ratio, floor }) => ratio < (floor ?? 0))) process.exitCode = 1;
}

/** Prints the figure; one beyond its limit fails the run. */
export function reportFigure(bench: string, { name, value, unit, atLeast, atMost }: Figure): void {
  clearProgress();
  const limits = [
    ...(atLeast === undefined ? [] : [`at least ${plain(atLeast)}`]),
    ...(atMost === undefined ? [] : [`at most ${plain(atMost)}`]),
  ];
  const kept = value >= (atLeast ?? -Infinity) && value <= (atMost ?? Infinity);
  const judged = limits.length === 0 ? '' : `, ${limits.join(', ')}: ${kept ? 'ok' : 'MISSED'}`;
  stdout.write(`${bench}: ${name}: ${plain(value)} ${unit}${judged}\n`);
  if (!kept) process.exitCode = 1;
}

/** Says what else the machine did: figures of a busy one are lower. */
export function reportLoad(bench: string): void {
  stdout.write(`${bench}: load of the machine over 1, 5, 15 min: ${loadavg().map(plain).join(', ')}\n`);
}

function clearProgress(): void {
  if (stderr.isTTY) stderr.write('\r\u001b[K');
}

function plain(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: Math.abs(value) < 100 ? 2 : 0 });
}

function verdict(ratio: number, floor: number | undefined): string {
  if (floor === undefined) return '';
  return `, at least ${floor.toFixed(2)}: ${ratio >= floor ? 'ok' : 'TOO SLOW'}`;
}
