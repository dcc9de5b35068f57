// Every bug of tests/mutants is planted and has to be caught: which layer did it, and after how many seeds or seconds (T4).
import { hunt } from '../tests/mutants/hunt.js';
import { inOrder } from '../tests/mutants/table.js';
import { conclude, progress } from './verdict.js';

const verdicts = await hunt({ progress });
const byMutant = new Map(verdicts.map((verdict) => [verdict.mutant, verdict]));
const report = {
  mutants: verdicts.length,
  caught: verdicts.filter(({ faults }) => faults.length === 0).length,
  violations: verdicts.flatMap(({ mutant, faults }) => faults.map((fault) => `${mutant.name} ${fault}`)),
  table: inOrder([...byMutant.keys()]).map((mutant) => ({
    race: mutant.race ?? '',
    patch: mutant.name,
    caught: byMutant.get(mutant)?.catches.map(({ layer, after, by }) => `${layer}, ${after}: ${by}`),
  })),
};
conclude(report);
