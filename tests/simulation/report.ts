import type { Violation } from './checker/verdict.js';
import type { Operation } from './plan/operations.js';
import type { Plan } from './plan/plan.js';
import { describe } from './run/inject.js';
import { run } from './run/run.js';
import type { Sabotage } from './sabotage/sabotage.js';
import { shrink } from './shrink.js';

/** Schedules and traces beyond so many lines are cut: the end is what matters. */
const MAX_LINES = 40;

/** A failure for people: the promise, the seed, the least that breaks it, and the last that happened. */
export async function report(plan: Plan, violation: Violation, sabotage: Sabotage = {}): Promise<string> {
  // Two traces of one plan cannot be told apart by running it once.
  const shrunk =
    violation.id === 'determinism' ? { plan, violation, tries: 0 } : await shrink(plan, violation, sabotage);
  const { trace } = await run(shrunk.plan, { sabotage, keepTrace: true });
  const { climate, pace, replicas, clients, objects, ttlsMs, graceMs, maxConcurrent } = shrunk.plan.shape;
  return [
    `${violation.id} is broken with seed ${plan.seed} (${plan.operations.length} operations): ${violation.message}`,
    `shrunk in ${shrunk.tries} tries to ${shrunk.plan.operations.length} operations and ${shrunk.plan.faults.length} faults: ${shrunk.violation.message}`,
    `world: ${climate}, ${pace}, ${replicas} replicas, ${clients} clients, ${objects} objects, TTL ${ttlsMs.join(' or ')} ms, grace ${graceMs} ms, ${maxConcurrent} attempts at once`,
    'schedule:',
    ...last(schedule(shrunk.plan)),
    'what happened last:',
    ...last(trace),
  ].join('\n');
}

function schedule({ operations, faults }: Plan): readonly string[] {
  const lines = [
    ...operations.map((operation) => ({ atMs: operation.atMs, text: describeOperation(operation) })),
    ...faults.map((fault) => ({ atMs: fault.atMs, text: `FAULT ${describe(fault)}` })),
  ];
  return lines
    .sort((a, b) => a.atMs - b.atMs)
    .map(({ atMs, text }) => `${atMs.toFixed(1).padStart(11)} ${text}`);
}

function describeOperation(operation: Operation): string {
  const text = JSON.stringify(operation, (name, value: unknown) =>
    name === 'atMs' || name === 'n' || name === 'kind'
      ? undefined
      : typeof value === 'number'
        ? Math.round(value)
        : value,
  );
  return `${operation.kind} ${text.replaceAll('"', '')}`;
}

function last(lines: readonly string[]): readonly string[] {
  const left = lines.length - MAX_LINES;
  return left > 0 ? [`  (${left} lines before)`, ...lines.slice(left)] : lines;
}
