import type { PostgresStore } from '@lease/storage-postgres';
import { Arena } from '../races/directed/arena.js';
import { raceLaws } from '../races/directed/race-laws.js';
import type { Mutant } from './mutant.js';
import { ScratchCopy, StalePatch } from './spoil.js';
import { judgeLaws, type LawTrial, seconds, type Verdict } from './verdict.js';

const PACKAGE = 'packages/storage-postgres';

const lawNames = new Set(raceLaws.map(({ name }) => name));

/**
 * Tries a mutant of the adapter on a real database, in a schema of its own, on the races that it names. `withinMs`: they are
 * scheduled, and need no luck; default: however long, on a machine that does other things.
 */
export async function tryPostgres(
  mutant: Mutant,
  at: { readonly url: string; readonly schema: string },
  withinMs = Infinity,
): Promise<Verdict> {
  const unknown = mutant.breaks.filter((name) => !lawNames.has(name));
  if (unknown.length > 0 || mutant.breaks.length === 0)
    return { mutant, catches: [], faults: [`names laws that do not exist: ${unknown.join(', ') || 'none'}`] };
  try {
    const trial = await race(mutant, at);
    const { catches, faults } = judgeLaws(mutant, trial);
    const late = trial.ms > withinMs ? [`was caught after ${seconds(trial.ms)} only`] : [];
    return { mutant, catches, faults: [...faults, ...late] };
  } catch (error) {
    const message = error instanceof StalePatch ? error.message : `could not be tried: ${String(error)}`;
    return { mutant, catches: [], faults: [message] };
  }
}

async function race(mutant: Mutant, at: { readonly url: string; readonly schema: string }) {
  using copy = new ScratchCopy();
  copy.take([`${PACKAGE}/src`, `${PACKAGE}/migrations`]);
  copy.link(`${PACKAGE}/node_modules`);
  copy.apply(mutant.patch);
  const module = (await import(/* @vite-ignore */ copy.path(`${PACKAGE}/src/index.ts`))) as {
    readonly PostgresStore: typeof PostgresStore;
  };
  const arena = await Arena.open(module.PostgresStore, at);
  const startMs = performance.now();
  const broken: LawTrial['broken'][number][] = [];
  for (const law of raceLaws.filter(({ name }) => mutant.breaks.includes(name))) {
    await arena.run(law).catch((error: unknown) => {
      const { name, message } = error instanceof Error ? error : new Error(String(error));
      broken.push({ law: law.name, message, byCrash: name !== 'LawBroken' });
    });
  }
  const ms = performance.now() - startMs;
  await arena.close();
  return { layer: 'PostgreSQL', broken, ms } as const;
}
