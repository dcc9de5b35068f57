import type { Rules } from '../options.js';
import type { Violations } from './violations.js';
import { checkWhole } from './whole.js';

/** The TTL as it was asked for; unset if it was not. */
export function checkTtl(violations: Violations, ttlMs: unknown, rules: Rules): number | undefined {
  if (ttlMs === undefined) return undefined;
  return checkWhole(violations, 'ttl', ttlMs, { min: rules.minTtlMs, max: rules.maxTtlMs, unit: 'ms' });
}
