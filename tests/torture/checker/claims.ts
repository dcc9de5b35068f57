import type { AttemptRow } from '../../cluster/tables.js';
import type { History } from '../history.js';
import { groupBy } from '../../helpers/group-by.js';
import { SLACK_MS, type StoreClock } from './store-clock.js';

/**
 * S1: from its claim until it is settled, or its claim is taken over, no lease on the object is active: none was when it was
 * claimed, and none is created meanwhile. By the tables, whose instants have an order up to the first step of the clock.
 */
export function* brokenByClaims({ rest }: History, clock: StoreClock): Generator<string> {
  const { steadyUntilMs } = clock;
  const objects = new Map(
    [...rest.finished, ...rest.unfinished].map(({ cleanupId, objectKey }) => [cleanupId, objectKey]),
  );
  const attempts = groupBy(rest.attempts, ({ cleanupId }) => objects.get(cleanupId) ?? '');
  for (const { leaseId, objectKey, createMs, endMs = Infinity } of rest.leases) {
    for (const attempt of attempts.get(objectKey) ?? []) {
      if (overlapMs(attempt, createMs, Math.min(endMs, steadyUntilMs)) > SLACK_MS)
        yield `S1: ${objectKey} was claimed for attempt ${attempt.attempt} of cleanup ${attempt.cleanupId} while lease ${leaseId} was active`;
    }
  }
}

function overlapMs({ claimMs, settleMs }: AttemptRow, createMs: number, endMs: number): number {
  return Math.min(endMs, settleMs) - Math.max(createMs, claimMs);
}
