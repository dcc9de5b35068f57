import type { CleanupSpec, CleanupTarget } from '../../cleanup/cleanup-spec.js';
import { LIMITS } from '../limits.js';
import type { CleanupRequest } from '../requests.js';
import { checkGrpcTarget } from './grpc-target.js';
import { checkHttpTarget } from './http-target.js';
import { checkRetry } from './retry.js';
import { checkText, type TextRule } from './text.js';
import type { Violations } from './violations.js';

/** The callback gets the payload unchanged, so it may hold whatever can be stored and sent. */
const PAYLOAD: TextRule = { minBytes: 0, maxBytes: LIMITS.payloadBytes, controls: 'any' };

/** The cleanup asked for, completed by the defaults, its target in its one spelling. */
export function checkCleanup(violations: Violations, cleanup: CleanupRequest): CleanupSpec {
  const payload = checkText(violations, 'cleanup.payload', cleanup.payload ?? '', PAYLOAD);
  const retry = checkRetry(violations, cleanup.retry);
  return { target: checkTarget(violations, cleanup.target), payload, retry };
}

function checkTarget(violations: Violations, target: CleanupTarget | undefined): CleanupTarget {
  switch (target?.kind) {
    case 'http':
      return checkHttpTarget(violations, target);
    case 'grpc':
      return checkGrpcTarget(violations, target);
    case 'handler':
      return { kind: 'handler' };
    default:
      violations.add('cleanup.target', 'is missing: say whom to call');
      return { kind: 'handler' };
  }
}

/** The field that names a target, for verdicts on the target as a whole. */
export function targetField(target: CleanupTarget): string {
  switch (target.kind) {
    case 'http':
      return 'cleanup.http.url';
    case 'grpc':
      return 'cleanup.grpc.address';
    case 'handler':
      return 'cleanup.target';
  }
}
