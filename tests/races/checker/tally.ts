import type { StoreStats } from '@lease/core';
import type { AttemptRow, FinishedRow } from '../log/event.js';
import type { Step } from './step.js';

const ATTEMPTS = {
  DONE: 'done',
  RETRY: 'retried',
  FAIL: 'failed',
  UNSTARTED: 'unstarted',
  LOST: 'lost',
} as const;
const FINISHED = { COLLECTED: 'collected', REVIVED: 'revived', FORGOTTEN: 'forgotten' } as const;

/** The totals and gauges of a store, counted anew from its log (S6, S16). */
export class Tally {
  readonly #counts = {
    leases: { created: 0, active: 0, released: 0, expired: 0 },
    cleanups: { ended: 0, collected: 0, abandoned: 0, open: 0, revived: 0, kept: 0, forgotten: 0 },
    attempts: { claimed: 0, done: 0, retried: 0, failed: 0, unstarted: 0, lost: 0 },
    heldObjects: 0,
  };

  count({ before, after, dropped, begun, ended, attempts, finished }: Step): void {
    const { leases, cleanups, attempts: of } = this.#counts;
    leases.created += begun.length;
    leases.active += begun.length - ended.length;
    for (const { state } of ended) leases[state === 'RELEASED' ? 'released' : 'expired'] += 1;
    for (const { outcome } of attempts) of[ATTEMPTS[outcome satisfies AttemptRow['outcome']]] += 1;
    for (const { state } of finished) cleanups[FINISHED[state satisfies FinishedRow['state']]] += 1;
    const kept = dropped?.state === 'HELD' && dropped.cleanupHash !== null;
    if (kept) cleanups.kept += 1;
    if (kept || (before?.state === 'HELD' && after?.state === 'DUE')) cleanups.ended += 1;
    if (after?.state === 'CLAIMED' && after.fence !== before?.fence) of.claimed += 1;
    for (const [row, by] of [
      [before, -1],
      [after, 1],
    ] as const) {
      if (row?.state === 'HELD') this.#counts.heldObjects += by;
      else if (row?.state === 'ABANDONED') cleanups.abandoned += by;
      else if (row !== undefined) cleanups.open += by;
    }
  }

  /** Those of a store's figures that the log tells. */
  get counts(): RecountOf<StoreStats> {
    return this.#counts;
  }
}

/** Renewals and stale outcomes leave no step on an object. */
interface RecountOf<Stats extends StoreStats> {
  readonly leases: Omit<Stats['leases'], 'renewals'>;
  readonly cleanups: Stats['cleanups'];
  readonly attempts: Omit<Stats['attempts'], 'stale'>;
  readonly heldObjects: number;
}
