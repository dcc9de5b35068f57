import type { PostgresStore } from '@lease/storage-postgres';
import { describe, expect, test } from 'vitest';
import { type Mutant, POSTGRES, readMutants, ScratchCopy } from '../../../mutants/mutant.js';
import type { RaceLaw } from '../../../races/directed/race-law.js';
import { raceLaws } from '../../../races/directed/race-laws.js';
import { Arena } from './arena.js';

const lawByName = new Map(raceLaws.map((law) => [law.name, law]));

/** The laws that a mutant names. */
function lawsOf(mutant: Mutant): readonly RaceLaw[] {
  return mutant.breaks.map((name) => {
    const law = lawByName.get(name);
    if (law === undefined) throw new Error(`${mutant.name} names a law that does not exist: ${name}`);
    return law;
  });
}

/** Runs the laws on the adapter with the patch; returns what each broken law said. */
async function brokenLaws(
  laws: readonly RaceLaw[],
  patch: string,
): Promise<{ law: string; error: unknown }[]> {
  const copy = new ScratchCopy(patch, POSTGRES);
  try {
    const module = (await copy.import('packages/storage-postgres/src/index.ts')) as {
      readonly PostgresStore: typeof PostgresStore;
    };
    const arena = await Arena.open(module.PostgresStore);
    const broken: { law: string; error: unknown }[] = [];
    for (const law of laws) {
      await arena.run(law).catch((error: unknown) => broken.push({ law: law.name, error }));
    }
    await arena.close();
    return broken;
  } finally {
    copy.remove();
  }
}

describe('an adapter that is broken on purpose', () => {
  const mutants = readMutants(POSTGRES);

  test.each(mutants.map((mutant) => [mutant.name, mutant.bug, mutant] as const))(
    '%s: %s',
    async (_name, _bug, mutant) => {
      const laws = lawsOf(mutant);
      expect(laws.length).toBeGreaterThan(0);
      const broken = await brokenLaws(laws, mutant.patch);
      expect(broken.map(({ law }) => law)).toEqual(mutant.breaks);
      // Noticed by what the law saw, not by a crash of the spoiled source.
      for (const { error } of broken) expect(error).toMatchObject({ name: 'LawBroken' });
    },
  );

  test('every race that this adapter can lose has its mutant', () => {
    const races = new Set(mutants.flatMap(({ bug }) => /^R\d+/.exec(bug) ?? []));
    expect(races).toEqual(new Set(['R1', 'R2', 'R4', 'R5', 'R6', 'R7', 'R8', 'R10', 'R11', 'R16', 'R18']));
  });
});
