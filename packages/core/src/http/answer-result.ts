import type { HttpTarget } from '../cleanup/cleanup-spec.js';
import type { Instant } from '../clock/clock.js';
import type { AttemptResult } from '../collector/executor.js';
import { isAboutCleanup, isGatewayError, verdictOf } from './answer-table.js';
import { conceal } from './conceal.js';
import type { Answer } from './exchange.js';
import { retryAfterMs } from './retry-after.js';

/** What a complete answer means for the cleanup. `wallMs`: the wall clock, for a Retry-After that is a date. */
export function resultOf(answer: Answer, target: HttpTarget, wallMs: Instant): AttemptResult {
  const { statusCode, headers } = answer;
  const said = { statusCode, detail: conceal(answer.text || answer.statusText, target) };
  const askedMs = retryAfterMs(headers, wallMs);
  // Neither says that the endpoint is done with the object, which must not be revived under it.
  const running = headers['lease-running'] === '1';
  const undecided = running || isGatewayError(statusCode);
  const retry = {
    kind: 'retry',
    contact: undecided ? 'unanswered' : 'answered',
    ...said,
    ...((running || isAboutCleanup(statusCode)) && { cause: 'cleanup' }),
    ...(askedMs !== undefined && { retryAfterMs: askedMs }),
  } as const satisfies AttemptResult;
  switch (verdictOf(statusCode)) {
    case 'done':
      return { kind: 'done', ...said };
    case 'retry':
      return retry;
    case 'terminal':
      return { kind: 'fail', abandonReason: 'TERMINAL_ANSWER', ...said };
    case 'not-found':
      // A wrong path in a spec answers 404 as well, and taking that for success would leak every object of a service.
      if (target.notFoundIsDone || headers['lease-gone'] === '1') return { kind: 'done', ...said };
      return { ...retry, abandonReason: 'ENDPOINT_NOT_FOUND' };
  }
}
