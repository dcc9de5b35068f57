import { describe, expect, it } from 'vitest';
import { planOf } from './plan/plan.js';
import { shapeOf } from './plan/shape.js';
import { run } from './run/run.js';
import { catalogue } from './sabotage/catalogue.js';

/** A sabotage that survives so many worlds could survive a whole run. */
const MAX_SEEDS = 40;
const OPERATIONS = 800;

describe('the checker can fail: a product that breaks a promise is caught', () => {
  it.each(catalogue)(
    '$name',
    async ({ seenAs, climate, sabotage }) => {
      for (let seed = 1; seed <= MAX_SEEDS; seed += 1) {
        if (climate !== undefined && shapeOf(seed).climate !== climate) continue;
        const { violation } = await run(planOf(seed, OPERATIONS), { sabotage });
        if (violation === undefined) continue;
        expect(seenAs, `seed ${seed}: ${violation.message}`).toContain(violation.id);
        return;
      }
      expect.fail(`nothing was seen in ${MAX_SEEDS} worlds`);
    },
    120_000,
  );
});
