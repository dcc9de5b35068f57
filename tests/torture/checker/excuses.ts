import type { History, SettledClaim } from '../history.js';
import { StoreClock } from './store-clock.js';

/**
 * In these a claim may be lost: its replica dies or stands still, or the answer to the claim never comes. Who ends when it is
 * told to gives its claims back, also with clients in crowds (F15, F19); bad endpoints (F9) end as outcomes.
 */
const CLAIMS_ARE_LOST = new Set(['F1', 'F2', 'F3', 'F4', 'F5', 'F6', 'F7', 'F8', 'F12']);

/**
 * In these a replica may miss the answer of an endpoint that did its work, and live to say so: it stands still for longer than the
 * attempt may take. No proxy stands between the two, and what the endpoint treats badly (F9) it does not do.
 */
const ANSWERS_ARE_MISSED = new Set(['F7']);

/** The longest attempt, the time that it has to stop, and that of its settlement: what happens to a claim happens within this. */
const CLAIM_WORKS_MS = 12_000;

/** A fault may come just before the claim, or just after its attempt ended. */
const AROUND_MS = 1_000;

/** Whether a fault may be why. */
export interface Excuses {
  readonly lost: (claim: SettledClaim) => boolean;
  readonly unheard: (claim: SettledClaim) => boolean;
}

export function excusesOf({ faults, clockSteps }: Pick<History, 'faults' | 'clockSteps'>): Excuses {
  const clock = new StoreClock(clockSteps);
  const excused =
    (kinds: ReadonlySet<string>) =>
    ({ claimMs, settleMs, replica }: SettledClaim) => {
      // A clock that was set back tells nothing of how long it was.
      const workedMs = settleMs < claimMs ? CLAIM_WORKS_MS : Math.min(settleMs - claimMs, CLAIM_WORKS_MS);
      return clock
        .momentsOf(claimMs)
        .some((ms) =>
          faults.some(
            ({ kind, fromMs, toMs, replicas }) =>
              kinds.has(kind) &&
              (replicas?.includes(replica) ?? true) &&
              fromMs <= ms + workedMs + AROUND_MS &&
              ms - AROUND_MS <= toMs,
          ),
        );
    };
  return { lost: excused(CLAIMS_ARE_LOST), unheard: excused(ANSWERS_ARE_MISSED) };
}

/** Claims that nothing would have excused for being lost: those on which S9 was put to the proof. */
export function judgedClaims(history: History): number {
  const excuses = excusesOf(history);
  return history.rest.attempts.filter((claim) => !excuses.lost(claim)).length;
}
