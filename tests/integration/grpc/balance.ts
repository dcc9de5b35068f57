import { expect } from 'vitest';
import type { RawStats } from '../../helpers/index.js';

/** What holds of the totals of a store at rest, whatever happened. */
export function expectBalance({ stats: { leases, cleanups, attempts } }: Pick<RawStats, 'stats'>): void {
  expect(leases.created, 'S16').toBe(leases.active + leases.released + leases.expired);
  const { collected, abandoned, open, revived, kept, forgotten } = cleanups;
  expect(cleanups.ended, 'S6').toBe(collected + abandoned + open + revived + kept + forgotten);
  expect(open).toBe(cleanups.due + cleanups.claimed);
  const { done, retried, failed, unstarted, lost } = attempts;
  expect(attempts.claimed).toBe(done + retried + failed + unstarted + lost + cleanups.claimed);
  expect(collected).toBe(done);
}
