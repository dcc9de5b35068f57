import { type LeaseRecord } from './lease-record.js';
import { SLACK_MS, type StoreClock } from './store-clock.js';

/** S3, S15: a lease lasts no longer than somebody asked, and its instants are in the order in which things happened. */
export function* brokenByTerms(
  { leaseId, operations, answered, row, releaseSentMs }: LeaseRecord,
  clock: StoreClock,
): Generator<string> {
  const longestMs = Math.max(-Infinity, ...operations.map(({ ttlMs = -Infinity }) => ttlMs));
  for (const { doneMs, answer } of answered) {
    const latestMs = clock.highest(doneMs);
    const { expireMs, endMs = -Infinity } = answer.lease;
    if (longestMs > 0 && expireMs > latestMs + longestMs)
      yield `S3: lease ${leaseId} lasts until ${expireMs}, and nobody asked for more than ${longestMs} ms`;
    if (endMs > latestMs) yield `S15: lease ${leaseId} was told at ${latestMs} to have ended at ${endMs}`;
  }
  for (const { state, endMs, expireMs } of [
    ...answered.map(({ answer }) => answer.lease),
    ...(row ? [row] : []),
  ]) {
    if (state !== 'RELEASED' || endMs === undefined) continue;
    if (endMs < clock.within(releaseSentMs, Infinity)[0])
      yield `S15: lease ${leaseId} was released at ${endMs}, before anybody asked`;
    // Whatever gave that term was later than this.
    if (clock.isSteady && longestMs > 0 && endMs + SLACK_MS < expireMs - longestMs)
      yield `S15: lease ${leaseId} was released at ${endMs}, before its last renewal`;
  }
}
