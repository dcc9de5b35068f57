import { DEFAULT_RETRY_POLICY, type RetryPolicy } from '../../cleanup/cleanup-spec.js';
import { LIMITS } from '../limits.js';
import type { Violations } from './violations.js';
import { checkWhole } from './whole.js';

/** The policy asked for, completed by the defaults. */
export function checkRetry(violations: Violations, asked: Partial<RetryPolicy> = {}): RetryPolicy {
  const retry: RetryPolicy = { ...DEFAULT_RETRY_POLICY, ...asked };
  const attempts = checkWhole(
    violations,
    'cleanup.retry.max_attempts',
    retry.maxAttempts,
    LIMITS.maxAttempts,
  );
  const duration = (name: string, value: unknown, bounds: { readonly min: number; readonly max: number }) =>
    checkWhole(violations, `cleanup.retry.${name}`, value, { ...bounds, unit: 'ms' });
  const initial = duration('initial_backoff', retry.initialBackoffMs, LIMITS.initialBackoffMs);
  const max = duration('max_backoff', retry.maxBackoffMs, LIMITS.maxBackoffMs);
  const timeout = duration('attempt_timeout', retry.attemptTimeoutMs, LIMITS.attemptTimeoutMs);
  if (max < initial && max === retry.maxBackoffMs) {
    const origin = asked.initialBackoffMs === undefined ? ', the default' : '';
    violations.add(
      'cleanup.retry.max_backoff',
      `is ${max} ms: it may not be less than initial_backoff (${initial} ms${origin})`,
    );
  }
  return { maxAttempts: attempts, initialBackoffMs: initial, maxBackoffMs: max, attemptTimeoutMs: timeout };
}
