import type {
  AbandonReason,
  AttemptOutcome,
  CleanupGrant,
  CleanupReason,
  CleanupState,
  Lease,
  Metadata,
  ObjectRef,
} from '@lease/core';
import type { Recovery } from './recovery.js';

/** The model of a store: what it would remember if memory and time cost nothing. Nothing is ever deleted or indexed. */
export interface Model {
  /** The store's clock. */
  now: number;
  /** What fences and generations were last drawn from. */
  counter: number;
  lastSweep?: number;
  gapUntil: number;
  recovery?: Recovery;
  operatorUntil: number;
  leases: ModelLease[];
  /** Every pending or finished run of a cleanup, in the order in which their objects fell due. */
  runs: Run[];
  attempts: ModelAttempt[];
  /** The current life of each object that has one, by type and id. */
  lives: Map<string, Life>;
  keptLives: number;
  staleOutcomes: number;
}

/** A lease, by the words of its answers. */
export interface ModelLease {
  lease: Lease;
  requestHash: string;
  /** A sweep met it in a recovery, and may have put it off until then. */
  putOffUntil?: number;
  pruned: boolean;
}

/** A life of an object: held, or with a pending run. How many leases are active is counted, never stored. */
export interface Life {
  readonly object: ObjectRef;
  readonly generation: number;
  cleanup?: Given;
  run?: Run;
}

/** A cleanup and the lease that gave it. */
interface Given extends CleanupGrant {
  readonly leaseId: string;
  readonly serviceId: string;
  readonly metadata: Metadata;
}

export interface Run {
  /** The store draws it; the model learns it when it first sees it, and then holds the store to it (S7). */
  cleanupId?: string;
  readonly object: ObjectRef;
  readonly generation: number;
  readonly given: Given;
  readonly reason: CleanupReason;
  /** More than one if leases on one object ended in one sweep: nothing says in which order. */
  lastLeaseIds: readonly string[];
  readonly dueTime: number;
  state: CleanupState;
  /** `DUE`: not before. `CLAIMED`: when the claim runs out. */
  at: number;
  /** The number of the latest attempt. */
  attempt: number;
  /** Attempts that may have reached the endpoint. */
  reached: number;
  spent: number;
  lost: number;
  unanswered: boolean;
  claim?: { readonly fence: number; readonly claimant: string; readonly time: number };
  endTime?: number;
  abandonReason?: AbandonReason;
  forgetReason?: string;
  detail?: string;
  pruned: boolean;
}

export interface ModelAttempt {
  readonly run: Run;
  readonly attempt: number;
  readonly fence: number;
  readonly claimant: string;
  readonly outcome: AttemptOutcome;
  readonly claimTime: number;
  readonly settleTime: number;
  readonly detail?: string;
  pruned: boolean;
}

export function newModel(now: number): Model {
  return {
    now,
    counter: 0,
    gapUntil: 0,
    operatorUntil: 0,
    leases: [],
    runs: [],
    attempts: [],
    lives: new Map(),
    keptLives: 0,
    staleOutcomes: 0,
  };
}

export const keyOf = ({ type, id }: ObjectRef) => `${type}/${id}`;

/** A fence or a generation. */
export function draw(model: Model): number {
  model.counter = Math.max(model.counter + 1, model.now * 1_000);
  return model.counter;
}

/** Active leases on an object: in a model, counting races with nothing. */
export function holders(model: Model, object: ObjectRef): readonly ModelLease[] {
  return model.leases.filter(
    ({ lease }) => lease.state === 'ACTIVE' && keyOf(lease.object) === keyOf(object),
  );
}

/** Whether an operator stopped expiry and collection. */
export const operatorPaused = (model: Model) => model.now < model.operatorUntil;

/** The latest instant that any record shows. */
export function latestInstant({ leases, runs, attempts }: Model): number {
  return Math.max(
    0,
    ...leases.flatMap(({ lease }) => [lease.renewTime, lease.endTime ?? 0]),
    ...runs.flatMap(({ dueTime, endTime = 0, claim }) => [dueTime, endTime, claim?.time ?? 0]),
    ...attempts.map(({ settleTime }) => settleTime),
  );
}
