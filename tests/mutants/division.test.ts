import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { expect, test } from 'vitest';
import { root } from '../../scripts/workspace.mjs';
import { type Mutant, postgresMutants, sharedMutants } from './mutant.js';
import { documented } from './table.js';

/** Races of what every store shares: to be seen in simulated worlds. */
const SIMULATED = ['R1', 'R2', 'R3', 'R8', 'R9', 'R12', 'R13', 'R14', 'R15', 'R17'];
/** Races of the adapter for PostgreSQL: to be seen on a database. */
const ON_POSTGRES = ['R4', 'R5', 'R6', 'R7', 'R10', 'R11', 'R16', 'R18'];

test('every race has its mutant where it has to be caught', () => {
  const simulated = races(sharedMutants.filter(({ seenAs }) => seenAs.length > 0));
  expect([...simulated]).toEqual(expect.arrayContaining(SIMULATED));
  expect([...races(postgresMutants)]).toEqual(expect.arrayContaining(ON_POSTGRES));
  expect([...SIMULATED, ...ON_POSTGRES]).toHaveLength(18);
});

/** To write it anew, run this test with `-u`. */
test('docs/mutants.md has them all', async () => {
  const file = join(root, 'docs/mutants.md');
  const [before = ''] = readFileSync(file, 'utf8').split('| race');
  const text = `${before}${documented(sharedMutants, postgresMutants)}\n`;
  await expect(
    await format(text, { ...(await resolveConfig(file)), parser: 'markdown' }),
  ).toMatchFileSnapshot(file);
});

function races(mutants: readonly Mutant[]): ReadonlySet<string> {
  return new Set(mutants.flatMap(({ race }) => race ?? []));
}
