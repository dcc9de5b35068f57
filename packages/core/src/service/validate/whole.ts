import type { Violations } from './violations.js';

/** A whole number within bounds, the bounds included. */
export interface WholeRule {
  readonly min: number;
  readonly max: number;
  /** `ms` for durations. */
  readonly unit?: string;
}

/** The number, checked; `min` if it was refused. */
export function checkWhole(violations: Violations, field: string, value: unknown, rule: WholeRule): number {
  const { min, max, unit } = rule;
  const suffix = unit === undefined ? '' : ` ${unit}`;
  if (typeof value !== 'number') {
    violations.add(field, value === undefined ? 'is missing' : 'is no number');
  } else if (!Number.isInteger(value)) {
    violations.add(
      field,
      `is ${value}${suffix}: a whole number${unit === undefined ? '' : ` of ${unit}`} is needed`,
    );
  } else if (value < min || value > max) {
    violations.add(field, `is ${value}${suffix}: ${min} to ${max}${suffix} are allowed`);
  } else {
    return value;
  }
  return min;
}
