import { describe, expect, it } from 'vitest';
import { Coverage } from './engine/coverage.js';
import { planOf } from './plan/plan.js';
import { report } from './report.js';
import { rounds } from './rounds.js';
import { run } from './run/run.js';
import { sabotageOf } from './sabotage/catalogue.js';

const OPERATIONS = 200;
const seeds = [11, 12, 13, 14];

describe('seeds over several processes', () => {
  it('give what one process gives, whoever ran which, and add up', async () => {
    const alone = new Coverage();
    let events = 0;
    for (const seed of seeds) {
      const world = await run(planOf(seed, OPERATIONS));
      alone.add(world.coverage);
      events += world.events;
    }

    const shared = await rounds({ firstSeed: 11, seeds: 4, operations: OPERATIONS, replays: 2, workers: 3 });

    expect(shared.failure).toBeUndefined();
    expect(shared.coverage).toEqual(alone);
    expect(shared).toMatchObject({ seeds: 4, replays: 2, operations: 4 * OPERATIONS, events });
  }, 60_000);

  it('report the smallest seed that fails, and shrink it here', async () => {
    const sabotage = 'R4 S9';
    const failing: number[] = [];
    for (const seed of seeds) {
      const { violation } = await run(planOf(seed, OPERATIONS), { sabotage: sabotageOf(sabotage) });
      if (violation !== undefined) failing.push(seed);
    }

    const { failure } = await rounds({
      firstSeed: 11,
      seeds: 4,
      operations: OPERATIONS,
      replays: 0,
      workers: 2,
      sabotage,
    });

    if (failure === undefined) throw new Error('nobody saw a broken product');
    expect(failure.plan.seed).toBe(failing[0]);
    const text = await report(failure.plan, failure.violation, sabotageOf(sabotage));
    expect(text).toContain('schedule:');
    expect(text.split('\n').length).toBeLessThanOrEqual(40);
  }, 60_000);

  it('a process that ends in the middle is no pass', async () => {
    const broken = rounds({
      firstSeed: 1,
      seeds: 2,
      operations: 50,
      replays: 0,
      workers: 2,
      sabotage: 'none',
    });
    await expect(broken).rejects.toThrow(/the process that ran seed \d+ ended with 1/);
  }, 60_000);
});
