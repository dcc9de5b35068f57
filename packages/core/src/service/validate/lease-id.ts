import { echo } from './echo.js';
import type { Violations } from './violations.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** A UUID of any version, in lower case: one lease has one spelling in every store. */
export function checkLeaseId(violations: Violations, leaseId: unknown): string {
  if (typeof leaseId === 'string') {
    // Cut first: lower-casing what is no UUID anyway must not cost megabytes.
    const id = leaseId.slice(0, 37).toLowerCase();
    if (UUID.test(id)) return id;
  }
  const given = typeof leaseId !== 'string' ? 'missing' : leaseId === '' ? 'empty' : echo(leaseId);
  violations.add('lease_id', `is ${given}: a UUID is needed`);
  return '';
}
