import type {
  AttemptRow,
  Event,
  FinishedRow,
  LeaseRow,
  Noun,
  ObjectRow,
  Op,
} from '../../../races/log/event.js';

export function lease(changes: Partial<LeaseRow> = {}): LeaseRow {
  return {
    ...{ leaseId: 'l1', objectKey: 'custom/o', serviceId: 'a', state: 'ACTIVE', disposition: null },
    ...{ requestHash: 'h', generation: 10, renewalCount: 0 },
    ...{ createTime: 1_000, expireTime: 1_100, renewTime: 1_000, endTime: null },
    ...changes,
  };
}

export function object(changes: Partial<ObjectRow> = {}): ObjectRow {
  return {
    ...{
      objectKey: 'custom/o',
      state: 'HELD',
      active: 1,
      generation: 10,
      ownerService: 'a',
      cleanupHash: 'c',
    },
    ...{ cleanupId: null, attempt: 0, unanswered: false, fence: null },
    ...{ dueAt: null, dueTime: null, claimTime: null, abandonTime: null },
    ...changes,
  };
}

export const due = (changes: Partial<ObjectRow> = {}) =>
  object({ state: 'DUE', active: 0, cleanupId: 'x', dueAt: 1_200, dueTime: 1_200, ...changes });
export const claimed = (changes: Partial<ObjectRow> = {}) =>
  due({ state: 'CLAIMED', attempt: 1, fence: 20, dueAt: 1_300, claimTime: 1_250, ...changes });
export const attempt = (changes: Partial<AttemptRow> = {}): AttemptRow => ({
  ...{ fence: 20, cleanupId: 'x', attempt: 1, outcome: 'DONE', claimTime: 1_250, settleTime: 1_260 },
  ...changes,
});
export const finished = (changes: Partial<FinishedRow> = {}): FinishedRow => ({
  ...{ cleanupId: 'x', state: 'COLLECTED', objectKey: 'custom/o', generation: 10, endTime: 1_260 },
  ...changes,
});

export type Change = { [N in Noun]: readonly [N, Op, Extract<Event, { noun: N }>['row']] }[Noun];

/** One transaction per list of changes. */
export function history(...transactions: readonly (readonly Change[])[]): Event[] {
  return transactions.flatMap((changes, tx) =>
    changes.map(([noun, op, row]) => ({ tx: String(tx), noun, op, row }) as Event),
  );
}

export const BEGUN: readonly Change[] = [
  ['object', 'INSERT', object()],
  ['lease', 'INSERT', lease()],
];
export const RELEASED: readonly Change[] = [
  ['lease', 'UPDATE', lease({ state: 'RELEASED', disposition: 'COLLECT', endTime: 1_200 })],
  ['object', 'UPDATE', due()],
];
export const CLAIMED: readonly Change[] = [['object', 'UPDATE', claimed()]];
export const DONE: readonly Change[] = [
  ['attempt', 'INSERT', attempt()],
  ['finished', 'INSERT', finished()],
  ['object', 'DELETE', claimed()],
];
