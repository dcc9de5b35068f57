import { TRANSITIONS } from './engine/transitions.js';
import type { Totals } from './rounds.js';

/** What a number of worlds went through, and what none of them met. */
export function summary(
  { coverage, seeds, operations, events, virtualMs, replays }: Totals,
  realMs: number,
): string {
  const missing = TRANSITIONS.filter((name) => !coverage.transitions.has(name));
  const list = (counts: ReadonlyMap<string, number>) =>
    [...counts]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, times]) => `  ${String(times).padStart(9)}  ${name}`);
  return [
    `${seeds} seeds, ${operations} operations, ${events} events, ${Math.round(virtualMs / 1_000)} s of virtual time in ${Math.round(realMs / 1_000)} s`,
    `${Math.round((1_000 * operations) / realMs)} operations/s; ${replays} seeds run twice with equal traces`,
    `transitions: ${TRANSITIONS.length - missing.length} of ${TRANSITIONS.length}${missing.length > 0 ? `; not seen: ${missing.join(', ')}` : ''}`,
    ...list(coverage.transitions),
    'faults:',
    ...list(coverage.faults),
  ].join('\n');
}
