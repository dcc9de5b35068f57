import { checkUuid } from './uuid.js';
import type { Violations } from './violations.js';

export function checkLeaseId(violations: Violations, leaseId: unknown): string {
  return checkUuid(violations, 'lease_id', leaseId);
}
