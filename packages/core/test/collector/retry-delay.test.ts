import { describe, expect, test } from 'vitest';
import type { Random } from '../../src/index.js';
import { DEFAULT_RETRY_POLICY } from '../../src/index.js';
import { retryDelayMs } from '../../src/collector/retry-delay.js';
import { seededRandom } from '../../src/testing/index.js';

const always = (value: number): Random => ({ next: () => value, uuid: () => '' });
const ALMOST_ONE = 1 - 2 ** -53;

describe('retryDelayMs', () => {
  test.each([
    [1, 1_000],
    [2, 2_000],
    [3, 4_000],
    [12, 2_048_000],
    [13, 3_600_000],
    [100, 3_600_000],
    [5_000, 3_600_000],
  ])('after attempt %i the pause is anywhere up to %i ms', (attempt, boundMs) => {
    const delay = (value: number) => retryDelayMs(DEFAULT_RETRY_POLICY, attempt, undefined, always(value));
    expect(delay(0)).toBe(0);
    expect(delay(0.5)).toBe(boundMs / 2);
    expect(delay(ALMOST_ONE)).toBe(boundMs - 1);
  });

  test('spreads over the whole of it: full jitter', () => {
    const random = seededRandom(7);
    const delays = Array.from({ length: 4_000 }, () =>
      retryDelayMs(DEFAULT_RETRY_POLICY, 4, undefined, random),
    );
    const tenths = Array<number>(10).fill(0);
    for (const delay of delays) {
      const tenth = Math.floor(delay / 800);
      tenths[tenth] = (tenths[tenth] ?? 0) + 1;
    }
    expect(tenths).toHaveLength(10);
    expect(Math.min(...tenths)).toBeGreaterThan(300);
    expect(delays.every(Number.isInteger)).toBe(true);
  });

  test('is not less than what the endpoint asked for', () => {
    expect(retryDelayMs(DEFAULT_RETRY_POLICY, 1, 30_000, always(0.5))).toBe(30_000);
    expect(retryDelayMs(DEFAULT_RETRY_POLICY, 10, 30_000, always(0.5))).toBe(256_000);
    expect(retryDelayMs(DEFAULT_RETRY_POLICY, 1, 0.5, always(0))).toBe(1);
  });

  test('grants no more than the policy’s longest pause', () => {
    const policy = { ...DEFAULT_RETRY_POLICY, maxBackoffMs: 60_000 };
    expect(retryDelayMs(policy, 1, 86_400_000, always(0))).toBe(60_000);
    expect(retryDelayMs(policy, 1, Infinity, always(0))).toBe(60_000);
  });
});
