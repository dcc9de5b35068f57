import type { Violation } from './checker/verdict.js';
import type { Wish } from './plan/operations.js';
import type { Plan } from './plan/plan.js';
import { calm } from './plan/shape.js';
import { run } from './run/run.js';
import type { Sabotage } from './sabotage/sabotage.js';

/** Each try lives a world through, so they are counted. */
const MAX_TRIES = 200;

export interface Shrunk {
  readonly plan: Plan;
  readonly violation: Violation;
  readonly tries: number;
}

/**
 * Looks for less that breaks the same promise: without what came later, in good weather, without what
 * concerns other objects, without whole kinds of faults and operations, and then without one part of the schedule after another.
 */
export async function shrink(plan: Plan, violation: Violation, sabotage: Sabotage = {}): Promise<Shrunk> {
  let best: Shrunk = { plan, violation, tries: 0 };
  let tries = 0;
  const accept = async (candidate: Plan): Promise<boolean> => {
    if (tries >= MAX_TRIES) return false;
    tries += 1;
    const result = await run(candidate, { sabotage });
    if (result.violation?.id !== violation.id) return false;
    best = { plan: candidate, violation: result.violation, tries };
    return true;
  };

  await accept(before(plan, violation.atMs));
  await accept({ ...best.plan, shape: { ...best.plan.shape, weather: calm } });
  await accept(onlyAbout(best.plan, violation.message));
  for (const kind of new Set(plan.faults.map((fault) => fault.kind))) {
    const faults = best.plan.faults.filter((fault) => fault.kind !== kind);
    if (faults.length < best.plan.faults.length) await accept({ ...best.plan, faults });
  }
  for (const kind of new Set(plan.operations.map((operation) => operation.kind))) {
    const operations = best.plan.operations.filter((operation) => operation.kind !== kind);
    if (operations.length < best.plan.operations.length) await accept({ ...best.plan, operations });
  }
  await cut('operations');
  await cut('faults');
  await cut('operations');
  return { ...best, tries };

  /** Leaves out one chunk after another, each time half as long. */
  async function cut(part: 'operations' | 'faults'): Promise<void> {
    for (let size = Math.ceil(best.plan[part].length / 2); size >= 1 && tries < MAX_TRIES; size = size >> 1) {
      for (let start = 0; start < best.plan[part].length;) {
        const kept = best.plan[part].filter((_, i) => i < start || i >= start + size);
        if (!(await accept({ ...best.plan, [part]: kept }))) start += size;
        if (tries >= MAX_TRIES) return;
      }
    }
  }
}

/** Without what people did to objects that the message does not name. */
function onlyAbout(plan: Plan, message: string): Plan {
  const named = new Set([...message.matchAll(/object-(\d+)/g)].map(([, number]) => Number(number) - 1));
  const touches = (wishes: readonly Wish[]) => wishes.some(({ object }) => named.has(object));
  const operations = plan.operations.filter((operation) => {
    if (operation.kind === 'hold') return touches([operation.wish]);
    return operation.kind !== 'create' || touches(operation.wishes);
  });
  return { ...plan, operations };
}

function before(plan: Plan, atMs: number): Plan {
  return {
    ...plan,
    operations: plan.operations.filter((operation) => operation.atMs <= atMs),
    faults: plan.faults.filter((fault) => fault.atMs <= atMs),
  };
}
