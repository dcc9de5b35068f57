import { echo } from './echo.js';
import type { Violations } from './violations.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** A UUID of any version, in lower case: one id has one spelling in every store. */
export function checkUuid(violations: Violations, field: string, id: unknown): string {
  if (typeof id === 'string') {
    // Cut first: lower-casing what is no UUID anyway must not cost megabytes.
    const lower = id.slice(0, 37).toLowerCase();
    if (UUID.test(lower)) return lower;
  }
  const given = typeof id !== 'string' ? 'missing' : id === '' ? 'empty' : echo(id);
  violations.add(field, `is ${given}: a UUID is needed`);
  return '';
}
