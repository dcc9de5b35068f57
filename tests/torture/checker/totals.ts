import type { History } from '../history.js';

/** S6, S9, S10, S16: the totals agree with one another and with the tables, and no service ever had more than its quota. */
export function* brokenByTotals({ rest, snapshots, quota }: History): Generator<string> {
  const { leases, cleanups, attempts } = rest.stats;
  const count = <T>(rows: readonly T[], holds: (row: T) => boolean) => rows.filter(holds).length;
  const ended = (state: string) =>
    count([...rest.finished, ...rest.unfinished], (row) => row.state === state);
  const outcomes = (outcome: string) => count(rest.attempts, (row) => row.outcome === outcome);
  const equations: readonly [what: string, left: number, right: number][] = [
    ['S16: created, and rows', leases.created, rest.leases.length],
    ['S16: active', leases.active, count(rest.leases, ({ state }) => state === 'ACTIVE')],
    ['S16: released', leases.released, count(rest.leases, ({ state }) => state === 'RELEASED')],
    ['S16: expired', leases.expired, count(rest.leases, ({ state }) => state === 'EXPIRED')],
    ['S16: renewals', leases.renewals, rest.leases.reduce((sum, { renewals }) => sum + renewals, 0)],
    ['S6: collected', cleanups.collected, ended('COLLECTED')],
    ['S6: revived', cleanups.revived, ended('REVIVED')],
    ['S6: forgotten', cleanups.forgotten, ended('FORGOTTEN')],
    ['S6: abandoned', cleanups.abandoned, ended('ABANDONED')],
    ['S6: open', cleanups.open, ended('DUE') + ended('CLAIMED')],
    [
      'S6: ended',
      cleanups.ended,
      cleanups.collected +
        cleanups.abandoned +
        cleanups.open +
        cleanups.revived +
        cleanups.kept +
        cleanups.forgotten,
    ],
    ['S9: attempts done', attempts.done, outcomes('DONE')],
    ['S9: attempts done, and collected', attempts.done, cleanups.collected],
    ['S9: attempts retried', attempts.retried, outcomes('RETRY')],
    ['S9: attempts failed', attempts.failed, outcomes('FAIL')],
    ['S9: claims given back', attempts.unstarted, outcomes('UNSTARTED')],
    ['S9: claims lost', attempts.lost, outcomes('LOST')],
    ['S9: claims', attempts.claimed, rest.attempts.length + ended('CLAIMED')],
  ];
  for (const [what, left, right] of equations) {
    if (left !== right) yield `${what}: ${left} is not ${right}`;
  }
  for (const { service, active } of snapshots) {
    if (active > quota)
      yield `S10: ${service} has ${active} active leases, ${active - quota} beyond its quota`;
  }
}
