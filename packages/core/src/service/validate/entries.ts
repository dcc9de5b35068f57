import type { Violations } from './violations.js';

const NONE: ReadonlyMap<unknown, unknown> = new Map();

/** The entries of a map that holds no more than it may; none if it was refused: of a million, none is looked at. */
export function checkEntries(
  violations: Violations,
  field: string,
  value: unknown,
  max: number,
): ReadonlyMap<unknown, unknown> {
  if (!(value instanceof Map)) {
    violations.add(field, 'is no Map');
  } else if (value.size > max) {
    violations.add(field, `has ${value.size} entries: at most ${max} are allowed`);
  } else {
    return value;
  }
  return NONE;
}
