import { type AbandonReason, type Cleanup, type Instant, objectKey } from '@lease/core';
import type { ObjectState } from '../pairs/object-table.js';

type State = Cleanup['state'];

/** One run of an object's cleanup, as the verbs' answers make it. */
export interface KnownCleanup {
  readonly cleanupId: string;
  readonly key: string;
  readonly generation: number;
  readonly maxAttempts: number;
  state: State;
  attempts: number;
  spent: number;
  /** Attempts that may have reached the endpoint, over all budgets. */
  reached: number;
  lost: number;
  /** An attempt ended without an answer, and none was answered since. */
  unanswered: boolean;
  fence: number | undefined;
  /** `DUE`: not before. `CLAIMED`: when the claim runs out. */
  dueAt: Instant;
  abandonReason: AbandonReason | undefined;
  /** When it was last given up: what went before cannot bar a revival any more. */
  writtenOffAtMs: number;
  /** When it ended for good. */
  endedAt: Instant | undefined;
  /** The store forgot it after that. */
  pruned: boolean;
}

/** As it is when the last lease on its object has ended. */
export function newlyDue(cleanup: Cleanup, maxAttempts: number, now: Instant): KnownCleanup {
  return {
    cleanupId: cleanup.cleanupId,
    key: objectKey(cleanup.object),
    generation: cleanup.generation,
    maxAttempts,
    state: 'DUE',
    attempts: 0,
    spent: 0,
    reached: 0,
    lost: 0,
    unanswered: false,
    fence: undefined,
    dueAt: now,
    abandonReason: undefined,
    writtenOffAtMs: -Infinity,
    endedAt: undefined,
    pruned: false,
  };
}

/** As the tables of the state machines call it. */
export function stateOf({ state, unanswered, pruned }: KnownCleanup): ObjectState {
  if (pruned) return 'none';
  return state === 'DUE' && unanswered ? 'DUE (in doubt)' : state;
}

export function describe(known: KnownCleanup | undefined, now: Instant): string {
  if (known === undefined) return 'unknown';
  const { state, fence, dueAt } = known;
  return `${state}${fence === undefined ? '' : ` under fence ${fence}`}, ${dueAt <= now ? 'due' : `due in ${dueAt - now} ms`}`;
}
