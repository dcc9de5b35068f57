import { seededRandom } from '@lease/core/testing';
import { FAULT_KINDS, type FaultKind } from './faults/faults.js';
import { type RunReport, torture } from './run.js';

export interface RunsOptions {
  readonly runs: number;
  readonly seconds: number;
  readonly seed: number;
  readonly progress?: (line: string) => void;
}

export interface RunsReport {
  readonly operations: number;
  readonly unanswered: number;
  readonly faults: Readonly<Record<string, number>>;
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
  const deal = dealer(seed);
  const reports: Omit<RunReport, 'violations'>[] = [];
  const violations: string[] = [];
  for (let run = 1; run <= runs; run += 1) {
    const say = (line: string) => progress(`run ${run} of ${runs}: ${line}`);
    const { violations: found, ...report } = await torture({
      ...{ seed: seed * 1_000 + run, seconds, kinds: deal(KINDS_PER_RUN), progress: say },
    });
    reports.push(report);
    violations.push(...found.map((violation) => `run ${run}: ${violation}`));
    if (report.operations < MIN_PER_SECOND * seconds)
      violations.push(`run ${run}: ${report.operations} operations in ${seconds} s are too few`);
    say(`${report.operations} operations, ${report.callbacks} callbacks, ${found.length} violations`);
  }
  const faults: Record<string, number> = {};
  for (const kind of FAULT_KINDS) {
    faults[kind] = reports.reduce((sum, report) => sum + (report.faults[kind] ?? 0), 0);
    if (faults[kind] === 0) violations.push(`${kind} did not occur`);
  }
  const sum = (figure: 'operations' | 'unanswered' | 'illegal') =>
    reports.reduce((total, report) => total + report[figure], 0);
  return {
    ...{ operations: sum('operations'), unanswered: sum('unanswered'), faults },
    ...{ illegal: sum('illegal'), runs: reports, violations },
  };
}

/** Deals all kinds before it deals one of them again. */
function dealer(seed: number): (count: number) => readonly FaultKind[] {
  const random = seededRandom(seed);
  let deck: FaultKind[] = [];
  return (count) => {
    const hand = new Set<FaultKind>();
    while (hand.size < Math.min(count, FAULT_KINDS.length)) {
      if (deck.length === 0) deck = [...FAULT_KINDS];
      const [kind] = deck.splice(Math.floor(random.next() * deck.length), 1);
      if (kind) hand.add(kind);
    }
    return [...hand];
  };
}
