import type { LeaseStore } from '@lease/core';
import { type ManualClock, runLaw, seededRandom, type StoreLaw, storeLaws } from '@lease/core/testing';
import type { MemoryStore } from '@lease/storage-memory';
import { describe, expect, test } from 'vitest';
import { type Mutant, readMutants, ScratchCopy } from '../../mutants/mutant.js';
import { openContext } from './embedded-stores.js';

const lawByName = new Map(storeLaws.map((law) => [law.name, law]));

/** Runs the laws on the memory store of the sources with the patch; returns what each broken law said. */
async function brokenLaws(
  laws: readonly StoreLaw[],
  patch?: string,
): Promise<{ readonly law: string; readonly error: Error }[]> {
  const copy = new ScratchCopy(patch);
  try {
    const module = (await copy.import('packages/storage-memory/src/index.ts')) as {
      readonly MemoryStore: typeof MemoryStore;
    };
    const make = (clock: ManualClock): LeaseStore =>
      new module.MemoryStore({ clock, random: seededRandom(7) });
    const broken: { law: string; error: Error }[] = [];
    for (const law of laws) {
      await runLaw(law, () => Promise.resolve(openContext(make))).catch((error: unknown) => {
        broken.push({ law: law.name, error: error as Error });
      });
    }
    return broken;
  } finally {
    copy.remove();
  }
}

/** The laws that a mutant names. */
function lawsOf(mutant: Mutant): StoreLaw[] {
  return mutant.breaks.map((name) => {
    const law = lawByName.get(name);
    if (law === undefined) throw new Error(`${mutant.name} names a law that does not exist: ${name}`);
    return law;
  });
}

describe('stores that are broken on purpose', () => {
  const mutants = readMutants();

  test('the copy without a patch keeps every law', async () => {
    expect(await brokenLaws(storeLaws)).toEqual([]);
  });

  test.each(mutants.map((mutant) => [mutant.name, mutant.bug, mutant] as const))(
    '%s: %s',
    async (_name, _bug, mutant) => {
      const laws = lawsOf(mutant);
      expect(laws.length).toBeGreaterThan(0);
      const broken = await brokenLaws(laws, mutant.patch);
      expect(broken.map(({ law }) => law)).toEqual(mutant.breaks);
      // Noticed by what the law saw, not by a crash of the spoiled source.
      for (const { error } of broken) expect(error.name).toBe('LawBroken');
    },
  );

  test('every race that a store can lose has its mutant', () => {
    const races = new Set(mutants.flatMap(({ bug }) => /^R\d+/.exec(bug) ?? []));
    expect(races).toEqual(new Set(['R1', 'R2', 'R3', 'R4', 'R6', 'R8', 'R10', 'R13', 'R14', 'R16', 'R17']));
  });
});
