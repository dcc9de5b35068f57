import { randomUUID } from 'node:crypto';
import { aLease } from '../../../helpers/index.js';

type Method = 'CreateLease' | 'RenewLease' | 'ReleaseLease' | 'GetLease' | 'ListLeases';

/** One request that must be refused before any write, and the fields that the refusal names. */
export interface Row {
  readonly what: string;
  readonly method: Method;
  readonly request: object;
  readonly fields: readonly string[];
  /** Default INVALID_REQUEST. */
  readonly reason?: 'INVALID_REQUEST' | 'CLEANUP_TARGET_FORBIDDEN';
}

/** A lease that nobody created. */
const NOBODYS = { lease_id: randomUUID(), service_id: 'tests' };

/** One row for each value, which stands in `field` of a request that is right otherwise. */
export function rows(
  method: Method,
  field: string,
  values: Readonly<Record<string, unknown>>,
  named: string | readonly string[] = field,
): Row[] {
  return Object.entries(values).map(([what, value]) => ({
    what: `${field}: ${what}`,
    method,
    request: { ...(method === 'CreateLease' ? aLease() : NOBODYS), [field]: value },
    fields: typeof named === 'string' ? [named] : named,
  }));
}

/** The same, in a CleanupSpec. */
export function cleanupRows(
  field: string,
  specs: Readonly<Record<string, object>>,
  reason?: Row['reason'],
): Row[] {
  return Object.entries(specs).map(([what, cleanup]) => ({
    what: `${field}: ${what}`,
    method: 'CreateLease',
    request: aLease({ cleanup }),
    fields: [field],
    ...(reason && { reason }),
  }));
}
