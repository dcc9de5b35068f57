import type { CleanupClaim } from '../cleanup/cleanup.js';
import type { Random } from '../random/random.js';
import type { CleanupOutcome } from '../store/cleanup-verbs.js';
import { cleanDetail } from './clean-detail.js';
import type { AttemptResult } from './executor.js';
import { retryDelayMs } from './retry-delay.js';

/** What the store is told of an attempt. `durationMs` is unset for one that was not made. */
export function outcomeOf(
  claim: CleanupClaim,
  result: AttemptResult,
  durationMs: number | undefined,
  random: Random,
): CleanupOutcome {
  const { cleanupId, object, fence } = claim;
  const statusCode = 'statusCode' in result ? result.statusCode : undefined;
  const common = {
    cleanupId,
    object,
    fence,
    ...(durationMs !== undefined && { durationMs }),
    ...(statusCode !== undefined && { statusCode }),
    // Executors are other people's code as well: whatever they say is cleaned here, once, for all of them.
    ...(result.detail !== undefined && { detail: cleanDetail(result.detail) }),
  };
  switch (result.kind) {
    case 'done':
    case 'unstarted':
      return { ...common, kind: result.kind };
    case 'fail':
      return { ...common, kind: 'fail', abandonReason: result.abandonReason };
    case 'retry':
      return {
        ...common,
        kind: 'retry',
        contact: result.contact,
        delayMs: retryDelayMs(claim.spec.retry, claim.attempt, result.retryAfterMs, random),
        abandonReason: result.abandonReason ?? 'ATTEMPTS_EXHAUSTED',
      };
  }
}
