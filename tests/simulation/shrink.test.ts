import { describe, expect, it } from 'vitest';
import { planOf } from './plan/plan.js';
import { report } from './report.js';
import { run } from './run/run.js';
import { catalogue } from './sabotage/catalogue.js';
import { shrink } from './shrink.js';

describe('a failure is told so that somebody can find its cause', () => {
  const twice = catalogue.find(({ name }) => name.includes('calls twice'))?.sabotage ?? {};

  it('shrinks to a schedule that a person can read, and that still breaks the same promise', async () => {
    const plan = planOf(1, 500);
    const { violation } = await run(plan, { sabotage: twice });
    if (violation === undefined) throw new Error('the sabotage was not seen');

    const shrunk = await shrink(plan, violation, twice);

    expect(shrunk.violation.id).toBe(violation.id);
    expect(shrunk.plan.operations.length).toBeLessThanOrEqual(3);
    expect(shrunk.plan.faults.length).toBeLessThanOrEqual(2);
    expect((await run(shrunk.plan, { sabotage: twice })).violation).toEqual(shrunk.violation);
  }, 120_000);

  it('names the promise, the seed, the schedule and the last that happened', async () => {
    const plan = planOf(3, 300);
    const { violation } = await run(plan, { sabotage: twice });
    if (violation === undefined) throw new Error('the sabotage was not seen');

    const text = await report(plan, violation, twice);

    expect(text).toMatch(/^S7 is broken with seed 3 \(300 operations\)/);
    expect(text).toContain('schedule:');
    expect(text).toMatch(/checker +S7 is broken/);
    expect(text.split('\n').length).toBeLessThanOrEqual(90);
  }, 120_000);
});
