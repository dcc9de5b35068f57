import type { AttemptRow } from '../../cluster/tables.js';
import type { History } from '../history.js';
import { groupBy } from '../../helpers/group-by.js';

/** Attempts that a cleanup has by default, and claims of it that may be lost. */
const MAX_ATTEMPTS = 15;
const MAX_LOST = 16;

/** S3, S6: what was not collected has a reason not to be; what was has been called for by the very claim that counts as done. */
export function* brokenByClasses({ callbacks, rest }: History): Generator<string> {
  const called = new Set(callbacks.map(({ fence }) => fence));
  for (const { cleanupId, fence, outcome } of rest.attempts) {
    if ((outcome === 'DONE' || outcome === 'FAIL') && !called.has(fence))
      yield `S8: claim ${fence} of cleanup ${cleanupId} ended as ${outcome}, and nobody called`;
  }
  const attempts = groupBy(rest.attempts, ({ cleanupId }) => cleanupId);
  const lives = groupBy(rest.leases, ({ objectKey }) => objectKey);
  for (const { cleanupId, state, objectKey, generation } of [...rest.finished, ...rest.unfinished]) {
    const what = `S6: cleanup ${cleanupId} is ${state}`;
    const later = lives.get(objectKey)?.some((lease) => lease.generation > generation) ?? false;
    if (state === 'REVIVED' && !later) yield `${what}, and nobody took a lease again`;
    if (state === 'FORGOTTEN') yield `${what}, and nobody said so`;
    if (state === 'ABANDONED' && !isSpent(attempts.get(cleanupId) ?? []))
      yield `${what}, and could have been tried again`;
  }
}

function isSpent(attempts: readonly AttemptRow[]): boolean {
  const count = (wanted: AttemptRow['outcome']) =>
    attempts.filter(({ outcome }) => outcome === wanted).length;
  return count('FAIL') > 0 || count('RETRY') >= MAX_ATTEMPTS || count('LOST') >= MAX_LOST;
}
