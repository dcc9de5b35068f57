import { availableParallelism } from 'node:os';
import { RunningPostgres } from '../helpers/postgres/running-postgres.js';
import { type Mutant, postgresMutants, sharedMutants } from './mutant.js';
import { tryPostgres } from './try-postgres.js';
import { tryShared } from './try-shared.js';
import type { Verdict } from './verdict.js';

/** A race is caught within this. */
const MAX_RACE_MS = 5_000;

export interface HuntOptions {
  /** Those whose name begins so. Default: all. */
  readonly only?: string;
  /** Told of each mutant when it was tried. */
  readonly progress: (line: string) => void;
}

/** Tries every mutant where it has to be caught. */
export async function hunt({ only = '', progress }: HuntOptions): Promise<readonly Verdict[]> {
  const wanted = ({ name }: Mutant) => name.startsWith(only);
  const shared = sharedMutants.filter(wanted);
  const postgres = postgresMutants.filter(wanted);
  const verdicts: Verdict[] = [];
  const note = (verdict: Verdict) => {
    const { mutant, catches, faults } = verdict;
    verdicts.push(verdict);
    const [first] = catches;
    const by = first === undefined ? 'by nobody' : `${first.layer}, ${first.after}`;
    const end = faults.length > 0 ? `SURVIVED: ${faults.join('; ')}` : `caught: ${by}`;
    progress(`${verdicts.length}/${shared.length + postgres.length} ${mutant.name} ${end}`);
  };

  const waiting = [...shared];
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) note(await tryShared(next));
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));

  if (postgres.length > 0) {
    await using server = await RunningPostgres.start();
    for (const [i, mutant] of postgres.entries()) {
      note(await tryPostgres(mutant, { url: server.url, schema: `mutant_${i}` }, MAX_RACE_MS));
    }
  }
  return verdicts;
}
