import type { Instant, StoreStats, TypeGroup } from '@lease/core';
import type { Database } from '../connection/database.js';

type Total =
  keyof StoreStats['leases'] | keyof StoreStats['cleanups'] | keyof StoreStats['attempts'] | 'held';

/** What the columns of the well-known types are called; other types are what is left of the active leases. */
const COLUMNS = {
  'database-row': 'database_row',
  blob: 'blob',
  'temporary-file': 'temporary_file',
  'websocket-session': 'websocket_session',
  'cache-entry': 'cache_entry',
  custom: 'custom',
} as const satisfies Record<Exclude<TypeGroup, 'other'>, string>;

type Column = (typeof COLUMNS)[keyof typeof COLUMNS];

type StatsRow = Readonly<Record<Total | Column | 'largest_service', number>> & {
  readonly next_check_time: Instant | null;
  readonly next_attempt_time: Instant | null;
  readonly now: Instant;
};

/** See `LeaseStore.stats`. */
export async function stats(database: Database): Promise<StoreStats> {
  const [row] = await database.call<StatsRow>('rpc', `select * from ${database.schema}.lease_stats_v2()`);
  if (row === undefined) throw new Error('the row of totals is gone');
  const { created, active, released, expired, renewals } = row;
  const { ended, collected, abandoned, open, revived, kept, forgotten } = row;
  const { claimed, done, retried, failed, unstarted, lost, stale } = row;
  return {
    leases: { created, active, released, expired, renewals },
    cleanups: { ended, collected, abandoned, open, revived, kept, forgotten },
    attempts: { claimed, done, retried, failed, unstarted, lost, stale },
    heldObjects: row.held,
    activeByType: activeByType(row),
    largestService: row.largest_service,
    ...(row.next_check_time !== null && { nextCheckTime: row.next_check_time }),
    ...(row.next_attempt_time !== null && { nextAttemptTime: row.next_attempt_time }),
    now: row.now,
  };
}

function activeByType(row: StatsRow): StoreStats['activeByType'] {
  const known = Object.fromEntries(
    Object.entries(COLUMNS).map(([type, column]) => [type, row[column]]),
  ) as Record<keyof typeof COLUMNS, number>;
  const other = Object.values(known).reduce((left, count) => left - count, row.active);
  return { ...known, other };
}
