import { seededRandom } from '@lease/core/testing';
import { Deck } from './deck.js';
import { FAULT_KINDS } from './faults/faults.js';
import { POINTS, POINTS_PER_ROUND } from './faults/launched.js';
import type { RunReport } from './report.js';
import { torture } from './run.js';

export interface RunsOptions {
  readonly runs: number;
  readonly seconds: number;
  readonly seed: number;
  readonly progress?: (line: string) => void;
}

export interface RunsReport {
  readonly operations: number;
  readonly answered: number;
  readonly unanswered: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly hits: Readonly<Record<string, number>>;
  readonly claims: number;
  readonly judgedClaims: number;
  readonly judgedLeaps: number;
  readonly illegal: number;
  readonly runs: readonly Omit<RunReport, 'violations'>[];
  readonly violations: readonly string[];
}

/** Fewer prove too little. */
const MIN_PER_SECOND = 200;

/** Kinds of faults in one run. */
const KINDS_PER_RUN = 5;

/** Runs one after the other, each with faults of its own; in the end there was each of them, or the runs failed. */
export async function tortureRuns(options: RunsOptions): Promise<RunsReport> {
  const { runs, seconds, seed, progress = () => undefined } = options;
  const random = seededRandom(seed);
  const deck = new Deck(FAULT_KINDS);
  const reports: Omit<RunReport, 'violations'>[] = [];
  const violations: string[] = [];
  for (let run = 1; run <= runs; run += 1) {
    const say = (line: string) => progress(`run ${run} of ${runs}: ${line}`);
    const { violations: found, ...report } = await torture({
      ...{ seed: seed * 1_000 + run, seconds, kinds: deck.deal(random, KINDS_PER_RUN), progress: say },
    });
    reports.push(report);
    violations.push(...found.map((violation) => `run ${run}: ${violation}`));
    if (report.answered < MIN_PER_SECOND * seconds)
      violations.push(`run ${run}: ${report.answered} answered operations in ${seconds} s are too few`);
    say(`${report.operations} operations, ${report.callbacks} callbacks, ${found.length} violations`);
  }
  const faults = sums(reports.map((report) => report.faults));
  const hits = sums(reports.map((report) => report.hits));
  for (const kind of FAULT_KINDS) if (!faults[kind]) violations.push(`${kind} did not occur`);
  if ((faults['F2'] ?? 0) * POINTS_PER_ROUND >= POINTS.length)
    for (const point of POINTS) if (!hits[`F2: ends ${point}`]) violations.push(`F2: nobody ended ${point}`);
  const sum = (figure: Figure) => reports.reduce((total, report) => total + report[figure], 0);
  return {
    ...{ operations: sum('operations'), answered: sum('answered'), unanswered: sum('unanswered') },
    ...{ faults, hits },
    ...{ claims: sum('claims'), judgedClaims: sum('judgedClaims'), judgedLeaps: sum('judgedLeaps') },
    ...{ illegal: sum('illegal'), runs: reports, violations },
  };
}

type Figure =
  'operations' | 'answered' | 'unanswered' | 'claims' | 'judgedClaims' | 'judgedLeaps' | 'illegal';

function sums(counts: readonly Readonly<Record<string, number>>[]): Readonly<Record<string, number>> {
  const total: Record<string, number> = {};
  for (const [what, count] of counts.flatMap((each) => Object.entries(each)))
    total[what] = (total[what] ?? 0) + count;
  return total;
}
