import type { StoreStats } from '../store/control-verbs.js';
import type { Lane } from './records.js';
import type { Session } from './session.js';

const LANES: readonly Lane[] = ['fresh', 'renewed'];

/** See `LeaseStore.stats`. */
export function stats({ tables, now }: Session): StoreStats {
  const { totals } = tables.control;
  const nextAttemptTime = tables.earliestDue();
  const nextCheckTime = tables.earliestCheck(LANES);
  return {
    leases: {
      created: totals.created,
      active: totals.active,
      released: totals.released,
      expired: totals.expired,
      renewals: totals.renewals,
    },
    cleanups: {
      ended: totals.ended,
      collected: totals.collected,
      abandoned: totals.abandoned,
      open: totals.open,
      revived: totals.revived,
      kept: totals.kept,
      forgotten: totals.forgotten,
    },
    attempts: {
      claimed: totals.claimed,
      done: totals.done,
      retried: totals.retried,
      failed: totals.failed,
      unstarted: totals.unstarted,
      lost: totals.lost,
      stale: totals.stale,
    },
    heldObjects: totals.held,
    activeByType: { ...totals.activeByType },
    largestService: tables.largestService(),
    ...(nextCheckTime !== undefined && { nextCheckTime }),
    ...(nextAttemptTime !== undefined && { nextAttemptTime }),
    now,
  };
}
