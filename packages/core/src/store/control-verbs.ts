import type { Instant } from '../clock/clock.js';
import type { TypeGroup } from '../lease/object-ref.js';

/** End the leases that are overdue, a bounded batch at a time. */
export interface Sweep {
  /** At most so many leases are visited. */
  readonly limit: number;
  /** A lease ends at `expireTime + graceMs` at the earliest. */
  readonly graceMs: number;
  /** See {@link BRAKE}. 1 switches the brake off: no share is larger. */
  readonly brakeShare: number;
}

export interface SweepReport {
  /** `busy`: another replica sweeps. `paused`: nothing expires now, see `pauses`. */
  readonly status: 'swept' | 'busy' | 'paused';
  /** Leases ended. */
  readonly expired: number;
  /** Leases renewed in time, or in recovery after a gap: to be looked at again when they could expire. */
  readonly rearmed: number;
  /** Overdue leases left active: their row is locked, or the brake holds them. */
  readonly skipped: number;
  /** Objects that fell due. */
  readonly due: number;
  /** When the next sweep has something to do: 0 after a full page, at most 500 ms (the heartbeat of S14). */
  readonly nextInMs: number;
}

/** `GAP`: nobody swept for a while. `BRAKE`: too many holders vanished at once. `OPERATOR`: somebody said so. */
export type PauseReason = 'GAP' | 'BRAKE' | 'OPERATOR';

/**
 * While a pause lasts: `GAP`: nothing expires. `BRAKE`: nothing that was ever renewed expires.
 * `OPERATOR`: nothing expires and nothing is claimed.
 */
export interface Pause {
  readonly reason: PauseReason;
  readonly until: Instant;
  /** `OPERATOR`: why. At most 256 bytes. */
  readonly note?: string;
}

/** Stop expiry and collection for a while, at all replicas. A second one replaces the first. */
export interface PauseCollection {
  readonly forMs: number;
  readonly note: string;
}

/**
 * S14, our own outage: a gap between sweeps above `toleratedMs` pauses expiry for as long, but at most `maxPauseMs`. After
 * the pause, leases that were not renewed since the gap are spared until as much time has passed as the gap took, but for no
 * longer than the term that they were last given.
 */
export const GAP = { toleratedMs: 1_000, maxPauseMs: 30_000, heartbeatMs: 500 } as const;

/**
 * S14, a partition that is not ours: over the last `windowMs`, `lost` counts leases that expired although they had been
 * renewed, `renewed` counts renewals. When `lost > minLost` and `lost > share * (lost + renewed)`, the brake holds for
 * `pauseMs`. The window moves on in steps of `stepMs`.
 *
 * `renewed` is at most what the renewals since half of the lost lease's last term come to in a window: its holder, and
 * whoever was cut off with it, renewed before that. So what was renewed before the cut excuses nothing, however short the
 * leases, as long as holders renew at least twice per term and half a term plus the grace is at least two steps.
 *
 * A brake that was lifted, by an operator or after `pauseMs`, is armed again when expiry has caught up, `windowMs` have
 * passed since, and the losses of the last window would not pull it.
 */
export const BRAKE = {
  windowMs: 60_000,
  stepMs: 2_000,
  minLost: 1_000,
  defaultShare: 0.25,
  pauseMs: 300_000,
} as const;

export interface CollectionState {
  /** The pauses in force. */
  readonly pauses: readonly Pause[];
  /** Unset: never swept. */
  readonly lastSweepTime?: Instant;
  readonly now: Instant;
}

/** Totals since the store was made, and gauges. Kept in the statements that change the state (S6, S16). */
export interface StoreStats {
  /** S16, at rest: `created = active + released + expired`. */
  readonly leases: {
    readonly created: number;
    readonly active: number;
    readonly released: number;
    readonly expired: number;
    readonly renewals: number;
  };
  /** S6: `ended = collected + abandoned + open + revived + kept + forgotten`. */
  readonly cleanups: {
    /** Lives of objects that had a cleanup when their last lease ended. */
    readonly ended: number;
    readonly collected: number;
    /** Gauge: waiting for an operator, now. */
    readonly abandoned: number;
    /** Gauge: due or claimed, now. */
    readonly open: number;
    readonly revived: number;
    readonly kept: number;
    readonly forgotten: number;
  };
  /** Attempts that were claimed, and what became of them. `stale` outcomes changed nothing. */
  readonly attempts: {
    readonly claimed: number;
    readonly done: number;
    readonly retried: number;
    readonly failed: number;
    readonly unstarted: number;
    readonly lost: number;
    readonly stale: number;
  };
  /** Gauge: objects that somebody holds. */
  readonly heldObjects: number;
  /** Gauge: active leases by the type of their object; they add up to `leases.active`. */
  readonly activeByType: Readonly<Record<TypeGroup, number>>;
  /** Gauge: active leases of the service that has most of them. */
  readonly largestService: number;
  /**
   * The check that a sweep has to make first, grace not counted; unset if no lease is active. A renewal leaves it behind: it
   * is no expire time, but a lease that is overdue has one that is past.
   */
  readonly nextCheckTime?: Instant;
  /** When the cleanup that waits longest fell due, or its backoff ends; unset if none is open. */
  readonly nextAttemptTime?: Instant;
  readonly now: Instant;
}

/**
 * Forget what is finished, a bounded step at a time. Moves no total (S6). What ended before a gap (see {@link GAP}) is spared
 * until as much time has passed since as the gap took, but for no longer than it is kept.
 */
export interface Prune {
  /** Ended leases older than this go. At least 1 h: S4 and S12 hold as long as they stay. */
  readonly endedLeasesOlderThanMs: number;
  /** Finished cleanups and attempts older than this go. */
  readonly finishedCleanupsOlderThanMs: number;
  /** At most so many rows of each kind. */
  readonly limit: number;
}

export interface PruneReport {
  readonly leases: number;
  /** Finished cleanups or attempts, whichever were more. */
  readonly cleanups: number;
  /** Whether a further step has something to do. */
  readonly more: boolean;
}
