import { randomInt } from 'node:crypto';
import { stderr } from 'node:process';
import { parseArgs } from 'node:util';

/** The seed of this run: `npm run gate -- NAME --seed 7`, or one that nobody chose. */
export function seedOfRun(): number {
  // Not strict: a gate may have options of its own.
  const { values } = parseArgs({ options: { seed: { type: 'string' } }, strict: false });
  return values.seed === undefined ? randomInt(1, 1_000_000) : Number(values.seed);
}

const startMs = performance.now();

/** Tells whoever waits how far the run is. */
export function progress(line: string): void {
  stderr.write(`[${((performance.now() - startMs) / 1_000).toFixed(0)} s] ${line}\n`);
}

/** Ends the run with its verdict: it passed if no promise was broken. */
export function conclude(report: { readonly violations: readonly string[] }, seed?: number): void {
  const passed = report.violations.length === 0;
  const seconds = Math.round((performance.now() - startMs) / 1_000);
  console.log(JSON.stringify({ passed, ...(seed !== undefined && { seed }), seconds, ...report }));
  process.exitCode = passed ? 0 : 1;
}
