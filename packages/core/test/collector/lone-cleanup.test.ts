import { expect, test } from 'vitest';
import { DEFAULT_RETRY_POLICY } from '../../src/index.js';
import { FAILURES_TO_OPEN, openMs } from '../../src/collector/breaker.js';
import { retryDelayMs } from '../../src/collector/retry-delay.js';
import { seededRandom } from '../../src/testing/index.js';

const DRAWS = 100_000;
const MINUTES_20 = 1_200_000;

/**
 * The share of cleanups that are abandoned within 20 min by answers that come at once. `breaker`: of those that wait alone at
 * an endpoint that is down, so that each is every probe itself. Else: of those whose trouble is their own.
 */
function share(breaker: boolean): number {
  const random = seededRandom(11);
  let abandoned = 0;
  for (let n = 0; n < DRAWS; n += 1) {
    let nowMs = 0;
    for (let attempt = 1; attempt < DEFAULT_RETRY_POLICY.maxAttempts; attempt += 1) {
      const openings = attempt - FAILURES_TO_OPEN + 1;
      const closedMs = breaker && openings > 0 ? openMs(openings, 0, random) : 0;
      nowMs += Math.max(closedMs, retryDelayMs(DEFAULT_RETRY_POLICY, attempt, undefined, random));
    }
    if (nowMs < MINUTES_20) abandoned += 1;
  }
  return abandoned / DRAWS;
}

// docs/guarantees.md says so.
test.each([
  ['that waits alone at an endpoint that is down', true],
  ['whose trouble is its own', false],
])('S3: about one cleanup in 2,000 %s is abandoned within 20 min', (_, breaker) => {
  const abandoned = share(breaker);
  expect(abandoned).toBeGreaterThan(1 / 4_000);
  expect(abandoned).toBeLessThan(1 / 1_500);
});
