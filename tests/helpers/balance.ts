import type { RawStats } from './raw-messages.js';

/** The sums that hold of the totals of a store in every snapshot, and do not here (S6, S16). Empty: all hold. */
export function imbalancesOf({
  leases,
  cleanups,
  attempts,
}: Pick<RawStats['stats'], 'leases' | 'cleanups' | 'attempts'>): readonly string[] {
  const { collected, abandoned, open, revived, kept, forgotten } = cleanups;
  const { done, retried, failed, unstarted, lost } = attempts;
  const sums: readonly [what: string, total: number, sum: number][] = [
    [
      'S16: created = active + released + expired',
      leases.created,
      leases.active + leases.released + leases.expired,
    ],
    [
      'S6: ended = collected + abandoned + open + revived + kept + forgotten',
      cleanups.ended,
      collected + abandoned + open + revived + kept + forgotten,
    ],
    ['S6: open = due + claimed', open, cleanups.due + cleanups.claimed],
    ['S6: collected = attempts done', collected, done],
    [
      'S6: attempts claimed = done + retried + failed + unstarted + lost + in flight',
      attempts.claimed,
      done + retried + failed + unstarted + lost + cleanups.claimed,
    ],
  ];
  return sums.flatMap(([what, total, sum]) => (total === sum ? [] : [`${what}: ${total} is not ${sum}`]));
}
