import type { AbandonReason } from '../cleanup/cleanup.js';
import { LIMITS } from '../service/limits.js';
import { checkChoice } from '../service/validate/choice.js';
import { checkObjectType } from '../service/validate/object.js';
import { checkServiceId } from '../service/validate/service-id.js';
import { checkText, type TextRule } from '../service/validate/text.js';
import type { Violations } from '../service/validate/violations.js';
import type { AbandonedCleanupFilter } from './requests.js';

const ENDPOINT: TextRule = { minBytes: 1, maxBytes: LIMITS.endpointBytes, controls: 'none' };

const REASONS: readonly [AbandonReason, ...AbandonReason[]] = [
  'ATTEMPTS_EXHAUSTED',
  'ENDPOINT_NOT_FOUND',
  'TERMINAL_ANSWER',
  'TARGET_FORBIDDEN',
  'CLAIM_LOST',
];

/** The fields of the filter that are set, checked. `path`: what stands before their names, e.g. `filter.`. */
export function checkFilter(
  violations: Violations,
  { serviceId, objectType, endpoint, abandonReason }: AbandonedCleanupFilter,
  path = '',
): AbandonedCleanupFilter {
  return {
    ...(serviceId !== undefined && {
      serviceId: checkServiceId(violations, serviceId, `${path}service_id`),
    }),
    ...(objectType !== undefined && {
      objectType: checkObjectType(violations, `${path}object_type`, objectType),
    }),
    ...(endpoint !== undefined && {
      endpoint: checkText(violations, `${path}endpoint`, endpoint, ENDPOINT),
    }),
    ...(abandonReason !== undefined && {
      abandonReason: checkChoice(violations, `${path}abandon_reason`, abandonReason, REASONS),
    }),
  };
}
