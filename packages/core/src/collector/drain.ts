import type { Clock } from '../clock/clock.js';
import { ABORT_MARGIN_MS } from './attempt.js';

/** How long the outcomes of aborted attempts may take to be recorded. */
const LAST_SETTLE_MS = 2_000;

export interface Drain {
  /** Resolves when nothing is under way. */
  readonly quiet: Promise<unknown>;
  readonly abortAttempts: () => void;
  readonly giveUpOutcomes: () => void;
}

/**
 * Waits for what is under way, as long as it may take: attempts have `graceMs`, or until `hurry` aborts, to end by
 * themselves, then a second to obey, then their outcomes two seconds to be recorded. Returns within `graceMs` + 3 s even if
 * the store never answers.
 */
export async function drain(
  { quiet, abortAttempts, giveUpOutcomes }: Drain,
  clock: Clock,
  graceMs: number,
  hurry?: AbortSignal,
) {
  if (await within(graceMs, quiet, clock, hurry)) return;
  abortAttempts();
  if (await within(ABORT_MARGIN_MS + LAST_SETTLE_MS, quiet, clock)) return;
  giveUpOutcomes();
  // One turn for what hung on those outcomes only; a store call that never answers is left behind.
  await within(0, quiet, clock);
}

function within(
  limitMs: number,
  promise: Promise<unknown>,
  clock: Clock,
  hurry?: AbortSignal,
): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const end = (inTime: boolean) => {
      cancel();
      hurry?.removeEventListener('abort', tooLate);
      resolve(inTime);
    };
    const tooLate = () => {
      end(false);
    };
    const cancel = clock.schedule(limitMs, tooLate);
    hurry?.addEventListener('abort', tooLate);
    if (hurry?.aborted) tooLate();
    promise.then(() => {
      end(true);
    }, reject);
  });
}
