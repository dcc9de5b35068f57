import { availableParallelism } from 'node:os';
import type { Violation } from './checker/verdict.js';
import { Coverage } from './engine/coverage.js';
import { type Plan, planOf } from './plan/plan.js';
import { Crew } from './workers/crew.js';
import type { Outcome } from './workers/job.js';

export interface RoundsOptions {
  readonly firstSeed: number;
  readonly seeds: number;
  /** Per seed. */
  readonly operations: number;
  /** So many seeds, evenly spread, are run twice: the two traces must be the same. */
  readonly replays: number;
  /** The name of a broken product in the catalogue; unset: the product as it is. */
  readonly sabotage?: string | undefined;
  /** Processes that share the seeds. Default: one per core. */
  readonly workers?: number;
  /** Told after each seed and each replay, how many of both are done. */
  readonly progress?: (done: number, totals: Totals) => void;
}

export interface Totals {
  readonly coverage: Coverage;
  seeds: number;
  operations: number;
  events: number;
  virtualMs: number;
  replays: number;
}

interface Failure {
  readonly plan: Plan;
  /** `determinism`: the same plan gave two traces. */
  readonly violation: Violation;
}

export interface Rounds extends Totals {
  /** Of the smallest seed that has one, whoever ran it. No greater seed was begun after it was seen. */
  readonly failure: Failure | undefined;
}

/**
 * Runs all worlds, as many at a time as there are processes, until all are through or one breaks a promise. Replays come last:
 * each in a process that has lived through other worlds since, or in another one.
 */
export async function rounds(options: RoundsOptions): Promise<Rounds> {
  const { operations, sabotage, workers = availableParallelism(), progress } = options;
  const totals: Totals = {
    coverage: new Coverage(),
    seeds: 0,
    operations: 0,
    events: 0,
    virtualMs: 0,
    replays: 0,
  };
  const hashes = new Map<number, string>();
  const failures: Failure[] = [];
  const jobs = jobsOf(options);
  await using crew = new Crew(Math.min(workers, jobs.length));
  await crew.work(async (run) => {
    // In order: what is under way when a seed fails was begun before all that are greater.
    for (let seed = jobs.shift(); seed !== undefined && failures.length === 0; seed = jobs.shift()) {
      const outcome = await run({ seed, operations, sabotage });
      const before = hashes.get(seed);
      const violation = outcome.violation ?? difference(seed, before, outcome.hash);
      if (violation !== undefined) failures.push({ plan: planOf(seed, operations), violation });
      if (before === undefined) add(totals, outcome, operations);
      else totals.replays += 1;
      hashes.set(seed, outcome.hash);
      progress?.(totals.seeds + totals.replays, totals);
    }
  });
  failures.sort((a, b) => a.plan.seed - b.plan.seed);
  return { ...totals, failure: failures[0] };
}

/** All seeds, and then those that are run again. */
function jobsOf({ firstSeed, seeds, replays }: RoundsOptions): number[] {
  const all = Array.from({ length: seeds }, (_, i) => firstSeed + i);
  const every = Math.max(1, Math.floor(seeds / replays));
  return [...all, ...all.filter((_, i) => i % every === 0).slice(0, replays)];
}

function difference(seed: number, before: string | undefined, hash: string): Violation | undefined {
  if (before === undefined || before === hash) return undefined;
  return { id: 'determinism', message: `seed ${seed} gave the traces ${before} and ${hash}`, atMs: 0 };
}

function add(totals: Totals, { coverage, events, virtualMs }: Outcome, operations: number): void {
  totals.coverage.add(coverage);
  totals.seeds += 1;
  totals.operations += operations;
  totals.events += events;
  totals.virtualMs += virtualMs;
}
