import type { ClockStep, History } from '../history.js';
import { SLACK_MS, StoreClock } from './store-clock.js';

/** A gap that is shorter needs no pause. */
const TOLERATED_MS = 1_000;

const MAX_PAUSE_MS = 30_000;

/** Between two sweeps, by the store's clock. */
interface Gap {
  readonly what: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** By this machine's clock: the last moment before it, and the first after it. */
  readonly sinceMs: number;
  readonly pastMs: number;
  /** What made it, if that was a leap. */
  readonly step?: ClockStep;
}

/** A gap and the pause that follows, by the store's clock, as far as its instants came once. Nothing expires in between. */
interface Pause {
  readonly what: string;
  readonly isLeap: boolean;
  readonly fromMs: number;
  readonly untilMs: number;
}

/** S14: after a gap nothing expires for as long as it was, unless an operator says so. A leap of the clock is a gap, too. */
export function* brokenByPauses(history: History, clock: StoreClock): Generator<string> {
  for (const { what, fromMs, untilMs } of pausesOf(history, clock)) {
    for (const { leaseId, state, endMs = 0 } of history.rest.leases) {
      if (state === 'EXPIRED' && fromMs < endMs && endMs < untilMs)
        yield `S14: lease ${leaseId} expired at ${endMs}, in the pause until ${untilMs} after ${what}`;
    }
  }
}

/** Leaps of the clock in whose pause a lease was due that nobody had released: those on which S14 was put to the proof. */
export function judgedLeaps(history: History): number {
  const { rest, graceMs } = history;
  return pausesOf(history, new StoreClock(history.clockSteps)).filter(
    ({ isLeap, fromMs, untilMs }) =>
      isLeap &&
      rest.leases.some(({ expireMs, endMs = Infinity }) => {
        const dueMs = expireMs + graceMs;
        return fromMs < dueMs && dueMs < untilMs && dueMs <= endMs;
      }),
  ).length;
}

function pausesOf(history: History, clock: StoreClock): readonly Pause[] {
  return gapsOf(history, clock).flatMap(({ what, fromMs, toMs, sinceMs, pastMs, step }) => {
    const lengthMs = toMs - fromMs;
    const lastsMs = Math.min(lengthMs, MAX_PAUSE_MS);
    const isWithin = (ms: number) => sinceMs < ms && ms < pastMs + lastsMs;
    const isDisturbed = history.clockSteps.some(
      (other) => other !== step && (isWithin(other.fromMs) || isWithin(other.toMs)),
    );
    if (lengthMs <= TOLERATED_MS || isDisturbed) return [];
    const untilMs = Math.min(
      toMs + lastsMs - SLACK_MS,
      clock.within(pastMs + lastsMs, Infinity)[0],
      ...history.resumes.filter(isWithin).map((ms) => clock.earliest(ms)),
    );
    return [{ what, isLeap: step !== undefined, fromMs: Math.max(fromMs, clock.highest(sinceMs)), untilMs }];
  });
}

function gapsOf({ faults, clockSteps }: History, clock: StoreClock): readonly Gap[] {
  const outages = faults
    .filter(({ total }) => total)
    .map(({ kind, fromMs, toMs }) => ({
      what: kind,
      fromMs: clock.latest(fromMs),
      toMs: clock.earliest(toMs),
      sinceMs: fromMs,
      pastMs: toMs,
    }));
  const leaps = clockSteps.map((step, index) => ({
    what: 'a leap of the clock',
    fromMs: step.toMs + (clockSteps[index - 1]?.offsetMs ?? 0) + SLACK_MS,
    toMs: step.fromMs + step.offsetMs - SLACK_MS,
    sinceMs: step.fromMs - 1,
    pastMs: step.toMs,
    step,
  }));
  return [...outages, ...leaps];
}
