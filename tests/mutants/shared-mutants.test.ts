import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { scratch } from '../helpers/scratch.js';
import { planOf } from '../simulation/plan/plan.js';
import { run } from '../simulation/run/run.js';
import { type Mutant, sharedMutants } from './mutant.js';
import { spoil } from './spoil.js';
import { tryShared } from './try-shared.js';
import { trySources } from './try-sources.js';

describe('sources that are broken on purpose', () => {
  test('without a patch every law is kept, and worlds are as they are', async () => {
    const { broken, sighting } = await trySources(new Map(), { laws: 'all', worlds: 1, operations: 400 });
    expect(broken).toEqual([]);
    expect(sighting.id).toBeUndefined();
    expect(sighting.hash).toBe((await run(planOf(1, 400))).hash);
  }, 120_000);

  test.each(named(sharedMutants))(
    '%s: %s',
    async (_name, _bug, mutant) => {
      expect((await tryShared(mutant)).faults).toEqual([]);
    },
    300_000,
  );
});

describe('a hunt can fail', () => {
  const [mutant] = sharedMutants.filter(({ name }) => name === 'grace-is-forgotten');
  if (mutant === undefined) throw new Error('there is no such mutant');

  test('a law that is kept is reported as survived', async () => {
    const law = 'S12: the same create twice in one batch makes one lease';
    const { catches, faults } = await tryShared({ ...mutant, breaks: [law] });
    expect(faults).toEqual([`survives the law "${law}"`]);
    expect(catches.filter(({ layer }) => layer === 'laws')).toEqual([]);
  });

  test('a promise that is seen broken is not taken for another one', async () => {
    const { faults } = await tryShared({ ...mutant, breaks: [], seenAs: ['S12'] });
    expect(faults).toEqual([expect.stringContaining('was to be seen in a simulated world as S12')]);
  });

  test('a patch that does not apply is reported', async () => {
    const dir = mkdtempSync(join(scratch(), 'stale-'));
    onTestFinished(() => {
      rmSync(dir, { recursive: true });
    });
    const patch = join(dir, 'stale.patch');
    writeFileSync(patch, readFileSync(mutant.patch, 'utf8').replace(/^-.*horizon/m, '-  const horizons'));
    const { faults } = await tryShared({ ...mutant, patch });
    expect(faults).toEqual([expect.stringContaining(`${patch} no longer applies`)]);
  });

  test('only what the patch touches is spoiled', () => {
    expect([...spoil(mutant.patch).keys()]).toEqual([expect.stringContaining('expire-due.ts')]);
  });
});

function named(mutants: readonly Mutant[]) {
  return mutants.map((mutant) => [mutant.name, mutant.bug, mutant] as const);
}
