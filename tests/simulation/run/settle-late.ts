import type { CleanupOutcome } from '@lease/core';
import type { LateOutcome, Operation } from '../plan/operations.js';
import type { World } from './world.js';

/** Attempts are remembered for longer. */
const WITHIN_MS = 40_000;

type Settlement = CleanupOutcome extends infer Each
  ? Each extends CleanupOutcome
    ? Omit<Each, 'cleanupId' | 'object' | 'fence'>
    : never
  : never;

const OUTCOMES: Readonly<Record<LateOutcome, Settlement>> = {
  done: { kind: 'done' },
  fail: { kind: 'fail', abandonReason: 'TERMINAL_ANSWER' },
  retry: { kind: 'retry', contact: 'answered', delayMs: 0, abandonReason: 'ATTEMPTS_EXHAUSTED' },
  unstarted: { kind: 'unstarted' },
};

/** An outcome under a fence that was the current one once: whatever it says, it changes nothing (S8). */
export async function settleLate(
  { books, operator, scheduler }: World,
  { pick, outcome }: Extract<Operation, { kind: 'settle-late' }>,
): Promise<void> {
  const claims = books.claims.bygone(scheduler.nowMs - WITHIN_MS);
  const claim = claims[Math.max(0, pick) % Math.max(1, claims.length)];
  if (claim === undefined) return;
  const { cleanupId, object, fence } = claim;
  await operator.settleCleanups([{ cleanupId, object, fence, ...OUTCOMES[outcome] }]);
}
