import { Coverage } from './engine/coverage.js';
import { planOf } from './plan/plan.js';
import type { Plan } from './plan/plan.js';
import { run } from './run/run.js';
import type { Violation } from './checker/verdict.js';

export interface RoundsOptions {
  readonly firstSeed: number;
  readonly seeds: number;
  /** Per seed. */
  readonly operations: number;
  /** So many seeds, evenly spread, are run twice: the two traces must be the same. */
  readonly replays: number;
  /** Told after each seed. */
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
  /** The first one; nothing was run after it. */
  readonly failure: Failure | undefined;
}

/** Runs one world after another, until all are through or one breaks a promise. */
export async function rounds({
  firstSeed,
  seeds,
  operations,
  replays,
  progress,
}: RoundsOptions): Promise<Rounds> {
  const totals: Totals = {
    coverage: new Coverage(),
    seeds: 0,
    operations: 0,
    events: 0,
    virtualMs: 0,
    replays: 0,
  };
  const replayEvery = replays === 0 ? Infinity : Math.max(1, Math.floor(seeds / replays));
  for (let i = 0; i < seeds; i += 1) {
    const plan = planOf(firstSeed + i, operations);
    const result = await run(plan);
    totals.coverage.add(result.coverage);
    totals.seeds += 1;
    totals.operations += result.operations;
    totals.events += result.events;
    totals.virtualMs += result.virtualMs;
    if (result.violation !== undefined) return { ...totals, failure: { plan, violation: result.violation } };
    if (i % replayEvery === 0) {
      totals.replays += 1;
      const { hash } = await run(plan);
      if (hash !== result.hash) {
        const message = `seed ${plan.seed} gave the traces ${result.hash} and ${hash}`;
        return { ...totals, failure: { plan, violation: { id: 'determinism', message, atMs: 0 } } };
      }
    }
    progress?.(i + 1, totals);
  }
  return { ...totals, failure: undefined };
}
