import type { StoreStats } from '@lease/core';
import { canonical } from '@lease/core/testing';
import type { Tally } from './checker/tally.js';
import type { Violations } from './checker/violations.js';
import type { Answer } from './play/answers.js';

/** Holds the store's totals against a count of its log and of its answers, at rest (S6, S16). */
export function recount(
  stats: StoreStats,
  counted: Tally['counts'],
  answers: readonly Answer[],
  unanswered: number,
  violations: Violations,
): void {
  const { renewals, ...leases } = stats.leases;
  const { stale, ...attempts } = stats.attempts;
  const { cleanups, heldObjects } = stats;
  const same = (promise: 'S6' | 'S8' | 'S16', what: string, told: unknown, seen: unknown) => {
    violations.unless(
      canonical(told) === canonical(seen),
      promise,
      `${what}: told ${canonical(told)}, counted ${canonical(seen)}`,
    );
  };
  same('S16', 'leases', leases, counted.leases);
  same('S6', 'cleanups', cleanups, counted.cleanups);
  same('S16', 'attempts', attempts, counted.attempts);
  same('S16', 'held objects', heldObjects, counted.heldObjects);
  const { ended, collected, abandoned, open, revived, kept, forgotten } = cleanups;
  same('S6', 'cleanups that ended', ended, collected + abandoned + open + revived + kept + forgotten);
  same('S16', 'leases created', leases.created, leases.active + leases.released + leases.expired);
  if (unanswered > 0) return;
  const answered = (fits: (answer: Answer) => boolean) => answers.filter(fits).length;
  same(
    'S16',
    'renewals',
    renewals,
    answered((answer) => answer.verb === 'renew' && answer.result.outcome === 'done'),
  );
  same(
    'S8',
    'stale outcomes',
    stale,
    answered((answer) => answer.verb === 'settle' && answer.result === 'stale'),
  );
}
