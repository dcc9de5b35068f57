import type { AbandonReason, CleanupReason } from '../cleanup/cleanup.js';
import type { CleanupSpec } from '../cleanup/cleanup-spec.js';
import type { Instant } from '../clock/clock.js';
import type { Disposition, LeaseState, Metadata } from '../lease/lease.js';
import { type ObjectRef, TYPE_GROUPS, type TypeGroup } from '../lease/object-ref.js';

/**
 * Where the sweep looks for a lease. Leases that were renewed when the sweep last met them stand apart from those that
 * were not, so that the brake can pass over the former without visiting each of them again and again (R17).
 */
export type Lane = 'fresh' | 'renewed';

/** A lease as the tables keep it. The verbs change it, then say so to the tables. */
export interface LeaseRecord {
  readonly leaseId: string;
  readonly object: ObjectRef;
  readonly serviceId: string;
  readonly requestHash: string;
  readonly generation: number;
  readonly ttlMs: number;
  readonly createTime: Instant;
  readonly metadata: Metadata;
  readonly hasCleanup: boolean;
  readonly revived: boolean;
  readonly priorAttempts: number;
  state: LeaseState;
  expireTime: Instant;
  renewTime: Instant;
  renewalCount: number;
  endTime: Instant | undefined;
  disposition: Disposition | undefined;
  /** When the sweep looks at the lease next, grace not counted. A renewal leaves it behind; the sweep catches up. */
  checkAt: Instant;
  lane: Lane;
}

export type ObjectState = 'HELD' | 'DUE' | 'CLAIMED' | 'ABANDONED';

/** The cleanup that an object has, frozen as its owner gave it. */
export interface OwnedCleanup {
  readonly spec: CleanupSpec;
  readonly hash: string;
  readonly endpoint: string;
  readonly serviceId: string;
  readonly leaseId: string;
  readonly metadata: Metadata;
}

/** One pending run of a cleanup: from the end of the last lease to its own end. */
export interface CleanupRun {
  readonly cleanupId: string;
  readonly reason: CleanupReason;
  readonly lastLeaseId: string;
  readonly dueTime: Instant;
  /** The number of the latest attempt. */
  attempt: number;
  /** Attempts that may have reached the endpoint, over all budgets. */
  reached: number;
  /** Attempts that count against the policy. */
  spent: number;
  lostClaims: number;
  /** An attempt ended without an answer and none was answered since: it may still reach the endpoint. */
  unanswered: boolean;
  fence: number | undefined;
  claimant: string | undefined;
  claimTime: Instant | undefined;
  abandonReason: AbandonReason | undefined;
  abandonTime: Instant | undefined;
  lastDetail: string | undefined;
}

/**
 * The unit of atomicity: how many leases are active on the object and where its cleanup stands, in one record.
 * `HELD` has no run; the other states have one, and a cleanup.
 */
export interface ObjectRecord {
  readonly objectKey: string;
  state: ObjectState;
  active: number;
  generation: number;
  cleanup: OwnedCleanup | undefined;
  run: CleanupRun | undefined;
  /** `DUE`: not before. `CLAIMED`: when the claim runs out. Otherwise unset. */
  dueAt: Instant | undefined;
}

/** Renewals, and expiries of leases that had been renewed, in one step of the brake's window. */
export interface BrakeStep {
  readonly start: Instant;
  lost: number;
  renewed: number;
}

/** Totals and gauges, changed together with the states that they count (S6, S16). */
export interface Totals {
  created: number;
  active: number;
  /** The active ones again, by the type of their object. */
  activeByType: Record<TypeGroup, number>;
  released: number;
  expired: number;
  renewals: number;
  held: number;
  ended: number;
  collected: number;
  abandoned: number;
  open: number;
  revived: number;
  kept: number;
  forgotten: number;
  claimed: number;
  done: number;
  retried: number;
  failed: number;
  unstarted: number;
  lost: number;
  stale: number;
}

/** The control row, one per store. */
export interface ControlRecord {
  /** The latest reading of the store's clock that was kept; the clock never reads less (S15). */
  now: Instant;
  lastSweep: Instant | undefined;
  /** What fences and generations were last drawn from. */
  counter: number;
  gapUntil: Instant | undefined;
  /** When the latest gap was noticed. Unset: there was none, or an operator ended its recovery. */
  gapEnd: Instant | undefined;
  /** When leases that were not renewed since {@link gapEnd} may end, unless they may sooner. */
  recoverUntil: Instant | undefined;
  operatorUntil: Instant | undefined;
  operatorNote: string | undefined;
  /** Ahead: the brake holds. Passed: it was lifted then, and waits for the losses to end. Unset: it is armed. */
  brakeUntil: Instant | undefined;
  window: BrakeStep[];
  totals: Totals;
}

/** A count of 0 for each group of types. */
export function noneByType(): Record<TypeGroup, number> {
  return Object.fromEntries(TYPE_GROUPS.map((group) => [group, 0])) as Record<TypeGroup, number>;
}

/** The control row of a store that was just made. */
export function newControl(now: Instant): ControlRecord {
  return {
    now,
    lastSweep: undefined,
    counter: 0,
    gapUntil: undefined,
    gapEnd: undefined,
    recoverUntil: undefined,
    operatorUntil: undefined,
    operatorNote: undefined,
    brakeUntil: undefined,
    window: [],
    totals: {
      created: 0,
      active: 0,
      activeByType: noneByType(),
      released: 0,
      expired: 0,
      renewals: 0,
      held: 0,
      ended: 0,
      collected: 0,
      abandoned: 0,
      open: 0,
      revived: 0,
      kept: 0,
      forgotten: 0,
      claimed: 0,
      done: 0,
      retried: 0,
      failed: 0,
      unstarted: 0,
      lost: 0,
      stale: 0,
    },
  };
}
