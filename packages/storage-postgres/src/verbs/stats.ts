import type { Instant, StoreStats } from '@lease/core';
import type { Database } from '../connection/database.js';

type Total =
  keyof StoreStats['leases'] | keyof StoreStats['cleanups'] | keyof StoreStats['attempts'] | 'held';

type StatsRow = Readonly<Record<Total, number>> & {
  readonly next_attempt_time: Instant | null;
  readonly now: Instant;
};

/** See `LeaseStore.stats`. */
export async function stats(database: Database): Promise<StoreStats> {
  const [row] = await database.call<StatsRow>('rpc', `select * from ${database.schema}.lease_stats_v1()`);
  if (row === undefined) throw new Error('the row of totals is gone');
  const { created, active, released, expired, renewals } = row;
  const { ended, collected, abandoned, open, revived, kept, forgotten } = row;
  const { claimed, done, retried, failed, unstarted, lost, stale } = row;
  return {
    leases: { created, active, released, expired, renewals },
    cleanups: { ended, collected, abandoned, open, revived, kept, forgotten },
    attempts: { claimed, done, retried, failed, unstarted, lost, stale },
    heldObjects: row.held,
    ...(row.next_attempt_time !== null && { nextAttemptTime: row.next_attempt_time }),
    now: row.now,
  };
}
