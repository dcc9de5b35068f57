import { echo } from './echo.js';
import type { Violations } from './violations.js';

/** One of the named values, checked; the first if it was refused. */
export function checkChoice<Choice extends string>(
  violations: Violations,
  field: string,
  value: unknown,
  choices: readonly [Choice, ...Choice[]],
): Choice {
  const choice = choices.find((candidate) => candidate === value);
  if (choice !== undefined) return choice;
  const given = typeof value === 'string' ? echo(value) : 'something else';
  violations.add(field, `is ${given}: ${choices.join(', ')} are allowed`);
  return choices[0];
}
