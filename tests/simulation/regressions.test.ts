import { describe, expect, it } from 'vitest';
import { planOf } from './plan/plan.js';
import { run } from './run/run.js';

/** Worlds that once broke a promise, or seemed to: what was wrong, in the product or in the checker. */
const SEEDS: readonly [seed: number, operations: number, wrong: string][] = [
  [93, 2_000, 'product: the pace of collection rested for minutes after its process had slept for one'],
  [17, 2_000, 'checker: the breaker of a process that slept was expected to know of its overdue attempts'],
  [1302, 2_500, 'checker: a hold of 120 days was expected to know at once that its service let go'],
  [
    1942,
    2_500,
    'checker: a lease renewed for less by another process, after a leap, counted as taken too early',
  ],
  [2206, 2_500, 'checker: a renewal that was answered as its hold gave up counted as one too soon'],
  [
    4330,
    2_500,
    'checker: the answer to an attempt from before a leap did not end the doubt about earlier ones',
  ],
];

describe('worlds that were trouble keep every promise', () => {
  it.each(SEEDS)('seed %i with %i operations (%s)', async (seed, operations) => {
    expect((await run(planOf(seed, operations))).violation).toBeUndefined();
  });
});
