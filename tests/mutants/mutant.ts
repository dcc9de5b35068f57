import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A bug that somebody could plant, as a patch to the sources. */
export interface Mutant {
  readonly name: string;
  /** What goes wrong. */
  readonly bug: string;
  /** The race that naive code loses, e.g. `R1`. Unset: another bug. */
  readonly race: string | undefined;
  /** The laws that it breaks, each of which has to notice. */
  readonly breaks: readonly string[];
  /** The promises of which one has to be seen broken in a simulated world. None: the simulation is not asked. */
  readonly seenAs: readonly string[];
  /** The file. */
  readonly patch: string;
}

const here = fileURLToPath(new URL('.', import.meta.url));

/** Bugs of the state machine, the service, the collector and the client: seen by the laws of stores or in simulated worlds. */
export const sharedMutants = read(here);

/** Bugs of the adapter for PostgreSQL: seen on a database, where calls meet as the test decides. */
export const postgresMutants = read(join(here, 'postgres'));

/** Each patch begins with the bug; lines `Breaks: <name of a law>` and `Simulation: <ids>` follow. */
function read(directory: string): readonly Mutant[] {
  return readdirSync(directory)
    .filter((file) => file.endsWith('.patch'))
    .sort()
    .map((file) => {
      const patch = join(directory, file);
      const [bug = '', ...lines] = readFileSync(patch, 'utf8').split('\n');
      const all = (label: string) =>
        lines.filter((line) => line.startsWith(label)).map((line) => line.slice(label.length));
      return {
        name: file.slice(0, -'.patch'.length),
        bug,
        race: /^R\d+(?=:)/.exec(bug)?.[0],
        breaks: all('Breaks: '),
        seenAs: all('Simulation: ').flatMap((ids) => ids.split(' ')),
        patch,
      };
    });
}
