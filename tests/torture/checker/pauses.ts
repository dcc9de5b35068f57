import type { History } from '../history.js';
import { SLACK_MS, type StoreClock } from './store-clock.js';

/** A gap that is shorter needs no pause. */
const TOLERATED_MS = 1_000;

const MAX_PAUSE_MS = 30_000;

/** Between two sweeps, by the store's clock. */
interface Gap {
  readonly what: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** By this machine's clock, with the pause that follows. */
  readonly sinceMs: number;
  readonly overMs: number;
}

/** S14: after a gap nothing expires for as long as it was, unless an operator says so. A leap of the clock is a gap, too. */
export function* brokenByPauses(history: History, clock: StoreClock): Generator<string> {
  for (const gap of gapsOf(history, clock)) {
    const lengthMs = gap.toMs - gap.fromMs;
    if (lengthMs <= TOLERATED_MS || isDisturbed(gap, history)) continue;
    const untilMs = Math.min(
      gap.toMs + Math.min(lengthMs, MAX_PAUSE_MS) - SLACK_MS,
      ...history.resumes.filter((ms) => gap.sinceMs < ms && ms < gap.overMs).map((ms) => clock.earliest(ms)),
    );
    for (const { leaseId, state, endMs = 0 } of history.rest.leases) {
      if (state === 'EXPIRED' && gap.fromMs < endMs && endMs < untilMs)
        yield `S14: lease ${leaseId} expired at ${endMs}, in the pause until ${untilMs} after ${gap.what}`;
    }
  }
}

function gapsOf({ faults, clockSteps }: History, clock: StoreClock): readonly Gap[] {
  const outages = faults
    .filter(({ total }) => total)
    .map(({ kind, fromMs, toMs }) => ({
      what: kind,
      fromMs: clock.latest(fromMs),
      toMs: clock.earliest(toMs),
      sinceMs: fromMs,
      overMs: toMs + MAX_PAUSE_MS,
    }));
  const leaps = clockSteps.map((step, index) => ({
    what: 'a leap of the clock',
    fromMs: step.toMs + (clockSteps[index - 1]?.offsetMs ?? 0) + SLACK_MS,
    toMs: step.fromMs + step.offsetMs - SLACK_MS,
    sinceMs: step.fromMs,
    overMs: step.toMs + MAX_PAUSE_MS,
  }));
  return [...outages, ...leaps];
}

/** Another step makes the same instant come twice. */
function isDisturbed({ sinceMs, overMs }: Gap, { clockSteps }: History): boolean {
  const within = (ms: number) => sinceMs < ms && ms < overMs;
  // The step that made the gap begins with it.
  const others = clockSteps.filter(({ fromMs }) => fromMs !== sinceMs);
  return others.some(({ fromMs, toMs }) => within(fromMs) || within(toMs));
}
