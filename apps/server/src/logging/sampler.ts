import type { Clock } from '@lease/core';

/** Lines about one subject in one window; the rest are counted. */
const LINES = 10;
/** Lines of one kind in one window, whatever they are about: a network that is down takes all of its endpoints with it. */
const LINES_OF_A_KIND = 100;
const WINDOW_MS = 10_000;

/** Clients choose what subjects are called. Of the oldest it is forgotten how many lines were left out. */
const MAX_SUBJECTS = 1_000;

interface Window {
  readonly startMs: number;
  lines: number;
  suppressed: number;
}

/** What a line has to say about those that were left out in the window before. */
export interface Sample {
  /** About the same subject. */
  readonly suppressed?: number;
  /** About other subjects, of this kind. */
  readonly suppressedOfOthers?: number;
}

/**
 * Lets a storm be told by a few of its lines: in ten seconds ten about each subject and a hundred of a kind, and how many were
 * left out.
 */
export class Sampler {
  readonly #clock: Clock;
  /** In the order in which the windows began. */
  readonly #subjects = new Map<string, Window>();
  readonly #kinds = new Map<string, Window>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Whether a line is to be written. `kind` is of our making, `about` may be of anybody's. `lines`: how many about the subject
   * are allowed in a window. Default 10.
   */
  take(kind: string, about = '', lines = LINES): Sample | undefined {
    const nowMs = this.#clock.monotonicMs();
    const subject = `${kind} ${about}`;
    if (isFull(this.#subjects.get(subject), lines, nowMs)) return undefined;
    if (isFull(this.#kinds.get(kind), LINES_OF_A_KIND, nowMs)) return undefined;
    const suppressed = count(this.#subjects, subject, nowMs);
    const suppressedOfOthers = count(this.#kinds, kind, nowMs);
    if (this.#subjects.size > MAX_SUBJECTS) this.#forgetOldest();
    return { ...(suppressed > 0 && { suppressed }), ...(suppressedOfOthers > 0 && { suppressedOfOthers }) };
  }

  #forgetOldest(): void {
    for (const oldest of this.#subjects.keys()) {
      this.#subjects.delete(oldest);
      return;
    }
  }
}

/** Whether the window takes no further line; then the line is counted as left out. */
function isFull(window: Window | undefined, lines: number, nowMs: number): boolean {
  if (window === undefined || !isOpen(window, nowMs) || window.lines < lines) return false;
  window.suppressed += 1;
  return true;
}

/** Counts a line; how many were left out before, if it is the first of a window. */
function count(windows: Map<string, Window>, key: string, nowMs: number): number {
  const window = windows.get(key);
  if (window !== undefined && isOpen(window, nowMs)) {
    window.lines += 1;
    return 0;
  }
  windows.delete(key);
  windows.set(key, { startMs: nowMs, lines: 1, suppressed: 0 });
  return window?.suppressed ?? 0;
}

function isOpen({ startMs }: Window, nowMs: number): boolean {
  return nowMs - startMs < WINDOW_MS;
}
