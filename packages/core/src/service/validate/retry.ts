import { DEFAULT_RETRY_POLICY, type RetryPolicy } from '../../cleanup/cleanup-spec.js';
import { LIMITS } from '../limits.js';
import type { Violations } from './violations.js';
import { checkWhole, type WholeRule } from './whole.js';

const INITIAL_BACKOFF: WholeRule = { ...LIMITS.initialBackoffMs, unit: 'ms' };
const MAX_BACKOFF: WholeRule = { ...LIMITS.maxBackoffMs, unit: 'ms' };
const ATTEMPT_TIMEOUT: WholeRule = { ...LIMITS.attemptTimeoutMs, unit: 'ms' };

/** The policy asked for, completed by the defaults. */
export function checkRetry(violations: Violations, asked: Partial<RetryPolicy> | undefined): RetryPolicy {
  if (asked === undefined) return DEFAULT_RETRY_POLICY;
  const retry = { ...DEFAULT_RETRY_POLICY, ...asked };
  const checked: RetryPolicy = {
    maxAttempts: checkWhole(violations, 'cleanup.retry.max_attempts', retry.maxAttempts, LIMITS.maxAttempts),
    initialBackoffMs: checkWhole(
      violations,
      'cleanup.retry.initial_backoff',
      retry.initialBackoffMs,
      INITIAL_BACKOFF,
    ),
    maxBackoffMs: checkWhole(violations, 'cleanup.retry.max_backoff', retry.maxBackoffMs, MAX_BACKOFF),
    attemptTimeoutMs: checkWhole(
      violations,
      'cleanup.retry.attempt_timeout',
      retry.attemptTimeoutMs,
      ATTEMPT_TIMEOUT,
    ),
  };
  checkOrder(violations, checked, retry);
  return checked;
}

/** Only of backoffs that are within their own bounds: one mistake is reported once. */
function checkOrder(violations: Violations, checked: RetryPolicy, retry: RetryPolicy): void {
  const { initialBackoffMs, maxBackoffMs } = checked;
  if (initialBackoffMs !== retry.initialBackoffMs || maxBackoffMs !== retry.maxBackoffMs) return;
  if (initialBackoffMs <= maxBackoffMs) return;
  violations.add(
    'cleanup.retry.max_backoff',
    `is ${maxBackoffMs} ms: it may not be less than initial_backoff (${initialBackoffMs} ms)`,
  );
}
