import { LIMITS } from '../limits.js';
import { checkText, type TextRule } from './text.js';
import type { Violations } from './violations.js';

const SERVICE_ID: TextRule = { minBytes: 1, maxBytes: LIMITS.serviceIdBytes, controls: 'none' };

export function checkServiceId(violations: Violations, serviceId: unknown, field = 'service_id'): string {
  return checkText(violations, field, serviceId, SERVICE_ID);
}
