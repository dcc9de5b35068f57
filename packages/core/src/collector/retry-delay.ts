import type { RetryPolicy } from '../cleanup/cleanup-spec.js';
import type { Random } from '../random/random.js';

/**
 * The pause before the next attempt, in whole milliseconds: anywhere up to a bound that doubles from `initialBackoffMs`
 * to `maxBackoffMs` (full jitter, so that a thousand cleanups that failed together do not come back together), but not
 * less than what the endpoint asked for, of which at most `maxBackoffMs` is granted.
 */
export function retryDelayMs(
  policy: RetryPolicy,
  attempt: number,
  retryAfterMs: number | undefined,
  random: Random,
): number {
  const boundMs = Math.min(policy.maxBackoffMs, policy.initialBackoffMs * 2 ** (attempt - 1));
  const jitterMs = Math.floor(random.next() * boundMs);
  return Math.max(jitterMs, grantedMs(policy, retryAfterMs));
}

/** What of a Retry-After is granted, in whole milliseconds. */
export function grantedMs(policy: RetryPolicy, retryAfterMs: number | undefined): number {
  return Math.min(policy.maxBackoffMs, Math.ceil(retryAfterMs ?? 0));
}
