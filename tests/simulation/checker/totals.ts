import type { StoreStats } from '@lease/core';
import { canonical } from '@lease/core/testing';
import type { CleanupBook } from './cleanup-book.js';
import type { LeaseBook } from './lease-book.js';
import type { Verdict } from './verdict.js';

/** The store's totals against what was counted outside it, and their two equations (S6, S16). */
export function checkTotals(
  stats: StoreStats,
  leases: LeaseBook,
  cleanups: CleanupBook,
  verdict: Verdict,
): void {
  const { created, active, released, expired } = stats.leases;
  verdict.expect(
    created === active + released + expired,
    'S16',
    () => `${created} leases were created, ${active + released + expired} are accounted for`,
  );
  const { ended, collected, abandoned, open, revived, kept, forgotten } = stats.cleanups;
  const classes = collected + abandoned + open + revived + kept + forgotten;
  verdict.expect(ended === classes, 'S6', () => `${ended} lives ended, ${classes} are in a class`);
  same('S16', 'leases', stats.leases, leases.totals, verdict);
  same('S6', 'cleanups', stats.cleanups, cleanups.totals, verdict);
  same('S6', 'attempts', stats.attempts, cleanups.attempts, verdict);
  verdict.expect(
    stats.heldObjects === leases.heldObjects,
    'S16',
    () => `${stats.heldObjects} objects are held, counted were ${leases.heldObjects}`,
  );
}

type Counts = Readonly<Record<string, number>>;

function same(id: string, what: string, told: Counts, counted: Counts, verdict: Verdict): void {
  for (const [name, count] of Object.entries(counted)) {
    if (told[name] === count) continue;
    verdict.broken(id, `${what}: the store counts ${canonical(told)}, outside it were ${canonical(counted)}`);
    return;
  }
}
