import { describe, expect, it } from 'vitest';
import { planOf } from './plan/plan.js';
import { run } from './run/run.js';
import { type Climate, shapeOf } from './plan/shape.js';

/** The first seed of each climate. */
const seeds = (['calm', 'kills', 'outages', 'deaf', 'storm'] satisfies Climate[]).map((climate) => {
  let seed = 1;
  while (shapeOf(seed).climate !== climate) seed += 1;
  return { climate, seed };
});

describe('one seed decides everything', () => {
  it.each(seeds)('seed $seed ($climate) gives the same trace twice', async ({ seed }) => {
    const first = await run(planOf(seed, 400), { keepTrace: true });
    const second = await run(planOf(seed, 400), { keepTrace: true });

    expect(first.trace.length).toBeGreaterThan(100);
    expect(second.trace).toEqual(first.trace);
    expect(second.hash).toBe(first.hash);
    expect(second.events).toBe(first.events);
  });

  it('keeping the trace does not change the run', async () => {
    const { hash } = await run(planOf(5, 300));
    expect((await run(planOf(5, 300), { keepTrace: true })).hash).toBe(hash);
  });

  it('another seed gives another trace', async () => {
    const { hash } = await run(planOf(5, 300));
    expect((await run(planOf(6, 300))).hash).not.toBe(hash);
  });
});
