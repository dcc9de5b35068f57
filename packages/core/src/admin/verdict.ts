import type { RefusalReason } from '../service/answer.js';
import type { CleanupVerdict } from './requests.js';

type Reason = Extract<RefusalReason, 'CLEANUP_NOT_FOUND' | 'CLEANUP_NOT_ABANDONED'>;
type Deed = 'retried' | 'forgotten';

/** The store's word on one cleanup as an answer; `deed`: what was asked for. */
export function verdictOf(cleanupId: string, result: Deed | Reason | undefined, deed: Deed): CleanupVerdict {
  if (result === undefined) throw new Error(`the store said nothing of ${cleanupId}: it breaks its contract`);
  if (result === deed) return { cleanupId, answer: { ok: true, value: undefined } };
  const reason = result as Reason;
  const message = reason === 'CLEANUP_NOT_FOUND' ? cleanupNotFound(cleanupId) : ADVICE[deed](cleanupId);
  return { cleanupId, answer: { ok: false, refusal: { reason, message } } };
}

export function cleanupNotFound(cleanupId: string): string {
  return `there is no cleanup ${cleanupId}: it never was, or it ended and was pruned`;
}

const ADVICE: Readonly<Record<Deed, (cleanupId: string) => string>> = {
  retried: (id) =>
    `cleanup ${id} is not abandoned: it is due, under way or over, and nothing is left to retry`,
  forgotten: (id) =>
    `cleanup ${id} is under way or over: wait until the attempt has ended, and look at it again`,
};
