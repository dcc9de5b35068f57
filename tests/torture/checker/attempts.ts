import type { History } from '../history.js';
import { groupBy } from '../../helpers/group-by.js';
import { excusesOf } from './excuses.js';

/** S8, S9: every call has a claim, every claim one call and one outcome, and what is called again has a reason. */
export function* brokenByAttempts(history: History): Generator<string> {
  const { callbacks, rest } = history;
  const claims = new Map(rest.attempts.map((attempt) => [attempt.fence, attempt]));
  for (const [fence, calls] of groupBy(callbacks, (call) => `${call.fence}`)) {
    const [call] = calls;
    const claim = claims.get(Number(fence));
    if (calls.length > 1) yield `S9: claim ${fence} of cleanup ${call?.cleanupId ?? ''} was called for twice`;
    if (claim?.cleanupId !== call?.cleanupId || claim?.attempt !== call?.attempt)
      yield `S9: nobody claimed attempt ${call?.attempt ?? 0} of cleanup ${call?.cleanupId ?? ''}`;
    if (claim?.outcome === 'UNSTARTED') yield `S9: claim ${fence} was given back, and its call was made`;
    if (claim?.outcome === 'DONE' && call?.answer !== 'done')
      yield `S8: claim ${fence} counts as done, and the endpoint did not say so`;
  }
  for (const [cleanupId, attempts] of groupBy(rest.attempts, (attempt) => attempt.cleanupId)) {
    const done = attempts.filter(({ outcome }) => outcome === 'DONE');
    if (done.length > 1) yield `S8: cleanup ${cleanupId} was done ${done.length} times`;
    if (done.some(({ fence }) => attempts.some((other) => other.fence > fence)))
      yield `S9: cleanup ${cleanupId} was claimed again after it was done`;
  }
  yield* reasonless(history);
}

/** S9: without a fault, what succeeds is settled as such. So duplicates are at most the claims that a fault left unsettled. */
function* reasonless(history: History): Generator<string> {
  const { callbacks, rest } = history;
  const excuses = excusesOf(history);
  const succeeded = new Set(callbacks.filter(({ answer }) => answer === 'done').map(({ fence }) => fence));
  for (const claim of rest.attempts) {
    const { cleanupId, fence, outcome, replica } = claim;
    if (outcome === 'LOST' && !excuses.lost(claim))
      yield `S9: claim ${fence} of cleanup ${cleanupId} was lost, and no fault of ${replica} explains it`;
    if ((outcome === 'RETRY' || outcome === 'FAIL') && succeeded.has(fence) && !excuses.unheard(claim))
      yield `S9: claim ${fence} of cleanup ${cleanupId} ended as ${outcome} by ${replica}, though the endpoint did its work`;
  }
  const { stale, lost } = rest.stats.attempts;
  // A settlement whose answer was lost is sent again: then one claim is refused more than once.
  if (stale > 0 && lost === 0) yield `S8: ${stale} outcomes were refused, and no claim was lost`;
}
