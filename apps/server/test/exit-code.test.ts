import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { EXIT } from '../src/exit-code.js';

const operations = readFileSync(new URL('../../../docs/operations.md', import.meta.url), 'utf8');

/** The codes in the first column of the tables of a section. */
function codesIn(section: string): readonly number[] {
  const [, text = ''] = operations.split(`\n## ${section}\n`);
  const [body = ''] = text.split('\n## ');
  return [...body.matchAll(/^\| (\d+) +\|/gm)].map(([, code]) => Number(code));
}

it('every exit code is explained to operators, and no other', () => {
  expect(codesIn('Start-up')).toEqual(Object.values(EXIT));
  for (const code of codesIn('Dead letter')) expect(Object.values(EXIT)).toContain(code);
});

it('the phases of a start are explained in their order', () => {
  const [, text = ''] = operations.split('\n## Start-up\n');
  const phases = [...text.matchAll(/^\| `(\w+)` +\|/gm)].map(([, phase]) => phase);
  expect(phases).toEqual(['configuration', 'dependencies', 'migrations', 'recovery', 'listeners', 'ready']);
});
