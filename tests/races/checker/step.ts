import type { AttemptRow, FinishedRow, LeaseRow, ObjectRow } from '../log/event.js';

/** What one transaction did to one object. */
export interface Step {
  readonly tx: string;
  /** Unset: there was no such object. */
  readonly before: ObjectRow | undefined;
  after: ObjectRow | undefined;
  /** The last version of an object that is gone. */
  dropped: ObjectRow | undefined;
  readonly begun: LeaseRow[];
  readonly ended: LeaseRow[];
  readonly attempts: AttemptRow[];
  readonly finished: FinishedRow[];
}

export function newStep(tx: string, before: ObjectRow | undefined): Step {
  return { tx, before, after: before, dropped: undefined, begun: [], ended: [], attempts: [], finished: [] };
}

/** What is known of an object besides its row. */
export interface History {
  /** Its active leases, after the step. */
  readonly active: ReadonlySet<string>;
  /** The largest of its generations before the step. */
  readonly generation: number;
  /** The largest of its fences before the step. */
  readonly fence: number;
  /** The latest instant that a step before this one recorded. */
  readonly stamp: number;
}

/** The instants that a step recorded as those of its changes. */
export function stampsOf({ before, after, begun, ended, attempts, finished }: Step): readonly number[] {
  return [
    ...begun.map(({ createTime }) => createTime),
    ...ended.flatMap(({ endTime }) => endTime ?? []),
    ...attempts.map(({ settleTime }) => settleTime),
    ...finished.map(({ endTime }) => endTime),
    ...(after && after.dueTime !== before?.dueTime ? [after.dueTime ?? 0] : []).filter((at) => at > 0),
    ...(after?.claimTime && after.claimTime !== before?.claimTime ? [after.claimTime] : []),
  ];
}
