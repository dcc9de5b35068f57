import { covered } from './pairs/pairs.js';
import type { Totals } from './rounds.js';

/** What a number of worlds went through, and what none of them met. */
export function summary(
  { coverage, seeds, operations, events, virtualMs, replays }: Totals,
  realMs: number,
): string {
  const { pairs, allPairs, outcomes, allOutcomes, faults, allFaults, missing } = covered(coverage);
  const list = (counts: ReadonlyMap<string, number>) =>
    [...counts]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, times]) => `  ${String(times).padStart(9)}  ${name}`);
  return [
    `${seeds} seeds, ${operations} operations, ${events} events, ${Math.round(virtualMs / 1_000)} s of virtual time in ${Math.round(realMs / 1_000)} s`,
    `${Math.round((1_000 * operations) / realMs)} operations/s; ${replays} seeds run twice with equal traces`,
    'state x event > what came of it:',
    ...list(coverage.pairs),
    'faults:',
    ...list(coverage.faults),
    `state x event: ${pairs} of ${allPairs} pairs met, with ${outcomes} of ${allOutcomes} outcomes`,
    `faults injected: ${faults} of ${allFaults} kinds`,
    ...missing.map((name) => `  not met: ${name}`),
  ].join('\n');
}
