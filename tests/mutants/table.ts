import type { Mutant } from './mutant.js';
import type { Verdict } from './verdict.js';

/** The promises that the names of laws begin with, e.g. `S1 S2` of `S1 S2 R1: a sweep and ..`. */
function promises(laws: readonly string[]): string {
  const ids = laws.flatMap((law) => law.slice(0, law.indexOf(':')).split(' '));
  return [...new Set(ids)].filter((id) => !id.startsWith('R')).join(' ');
}

/** `R9 r09-done-before-the-call`, in the order of races; what is no race comes last. */
export function inOrder(mutants: readonly Mutant[]): readonly Mutant[] {
  const rank = ({ race }: Mutant) => (race === undefined ? Infinity : Number(race.slice(1)));
  return [...mutants].sort((a, b) => (rank(a) < rank(b) ? -1 : rank(a) > rank(b) ? 1 : 0));
}

/** The table of the documentation: what the patches say about themselves. */
export function documented(shared: readonly Mutant[], postgres: readonly Mutant[]): string {
  const rows = inOrder([...shared, ...postgres]).map((mutant) => {
    const { race = '', name, bug, seenAs, breaks } = mutant;
    const laws = `${postgres.includes(mutant) ? 'races on PostgreSQL' : 'laws'} (${promises(breaks)})`;
    const caught = [
      ...(seenAs.length > 0 ? [`simulation (${seenAs.join(' or ')})`] : []),
      ...(breaks.length > 0 ? [laws] : []),
    ];
    const what = race === '' ? bug : bug.slice(race.length + 2);
    return `| ${race} | \`${name}\` | ${what} | ${caught.join(', ')} |`;
  });
  return [
    '| race | patch | what goes wrong | what has to catch it |',
    '| --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

/** The table of a run: what caught each mutant, and how soon. */
export function printed(verdicts: readonly Verdict[]): string {
  const byMutant = new Map(verdicts.map((verdict) => [verdict.mutant, verdict]));
  return inOrder([...byMutant.keys()])
    .flatMap((mutant) => {
      const { catches = [], faults = [] } = byMutant.get(mutant) ?? {};
      const title = `${(mutant.race ?? '').padEnd(4)}${mutant.name}: ${mutant.bug.replace(/^R\d+: /, '')}`;
      return [
        title,
        ...catches.map(({ layer, after, by }) => `      ${layer.padEnd(11)}${after.padStart(9)}  ${cut(by)}`),
        ...faults.map((fault) => `      SURVIVED: ${fault}`),
      ];
    })
    .join('\n');
}

function cut(text: string): string {
  return text.length > 120 ? `${text.slice(0, 119)}…` : text;
}
