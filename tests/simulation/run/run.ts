import type { Violation } from '../checker/verdict.js';
import type { Coverage } from '../engine/coverage.js';
import { endOf, type Plan } from '../plan/plan.js';
import { calm } from '../plan/shape.js';
import type { Sabotage } from '../sabotage/sabotage.js';
import { inject } from './inject.js';
import { perform } from './perform.js';
import { checkQuiescence, quietAfterMs } from './quiescence.js';
import { World } from './world.js';

export interface RunOptions {
  readonly sabotage?: Sabotage;
  /** Whether the trace's lines are wanted, not only their hash. */
  readonly keepTrace?: boolean;
}

export interface RunResult {
  readonly violation: Violation | undefined;
  /** SHA-256 over the trace: equal plans give equal ones. */
  readonly hash: string;
  readonly trace: readonly string[];
  readonly coverage: Coverage;
  readonly operations: number;
  readonly events: number;
  readonly virtualMs: number;
}

/** Lives one world through: operations and faults, then the calm after them, then the last count. */
export async function run(
  plan: Plan,
  { sabotage = {}, keepTrace = false }: RunOptions = {},
): Promise<RunResult> {
  const world = new World(plan, sabotage, keepTrace);
  const { scheduler, verdict } = world;
  for (const operation of plan.operations) {
    scheduler.at(operation.atMs, () => {
      perform(world, operation);
    });
  }
  for (const fault of plan.faults) {
    scheduler.at(fault.atMs, () => {
      inject(world, fault);
    });
  }
  await scheduler.runUntil(endOf(plan));
  if (verdict.violation === undefined) {
    calmDown(world);
    await scheduler.runUntil(world.harmUntilMs);
    if (plan.shape.climate === 'storm') await liftPauses(world);
    await scheduler.runUntil(scheduler.nowMs + quietAfterMs(plan.shape));
  }
  if (verdict.violation === undefined) await checkQuiescence(world, plan.shape.climate);
  return {
    violation: verdict.violation,
    hash: world.trace.digest(),
    trace: world.trace.lines,
    coverage: world.coverage,
    operations: plan.operations.length,
    events: scheduler.events,
    virtualMs: scheduler.nowMs,
  };
}

/** Holds that go on to the end; the others are let go, so that the calm is quick to simulate. */
const HOLDS_TO_THE_END = 3;

/** No further fault, and few holds. What is frozen, down or cut off stays so until its time is over. */
function calmDown(world: World): void {
  world.trace.note('world', 'no further fault');
  world.network.weather = calm;
  for (const site of world.replicas) site.disarm();
  for (const { hold, process } of world.books.holds.live.slice(HOLDS_TO_THE_END)) {
    process.clock.schedule(0, () => {
      // Not answered: it expires.
      hold.release('COLLECT').catch(() => undefined);
    });
  }
}

/** An operator's pause would outlast the calm. After a gap of our own, though, the pause is what protects live holds. */
async function liftPauses({ store, books }: World): Promise<void> {
  books.cleanupWitness.resumed(await store.resume());
}
