import type { Clock, Instant } from '../clock/clock.js';

/**
 * The clock of a store that one process owns (S15): the wall clock, read once, plus monotonic time. A step of the wall
 * clock while the process runs is not seen. `floor` is the latest instant that was kept before: a step back between two
 * runs only delays.
 */
export function storeClock(clock: Clock, floor: Instant): () => Instant {
  const origin = Math.max(clock.wallMs(), floor) - clock.monotonicMs();
  return () => Math.floor(origin + clock.monotonicMs());
}
