import type { Clock } from '@lease/core';

/** Lines about one subject in one window; the rest are counted. */
const LINES = 10;
const WINDOW_MS = 10_000;

/** Beyond so many subjects the oldest may speak again: clients choose what they are called. */
const MAX_SUBJECTS = 1_000;

interface Window {
  readonly startMs: number;
  lines: number;
  suppressed: number;
}

/** Lets a storm be told by a few of its lines: ten about each subject in ten seconds, and how many were left out. */
export class Sampler {
  readonly #clock: Clock;
  /** In the order in which the windows began. */
  readonly #windows = new Map<string, Window>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Whether a line about the subject is to be written; if so, `suppressed` says how many were not in the window before.
   * `lines`: how many are allowed in a window. Default 10.
   */
  take(subject: string, lines = LINES): { readonly suppressed?: number } | undefined {
    const nowMs = this.#clock.monotonicMs();
    const window = this.#windows.get(subject);
    if (window !== undefined && nowMs - window.startMs < WINDOW_MS) {
      if (window.lines >= lines) {
        window.suppressed += 1;
        return undefined;
      }
      window.lines += 1;
      return {};
    }
    this.#windows.delete(subject);
    this.#windows.set(subject, { startMs: nowMs, lines: 1, suppressed: 0 });
    if (this.#windows.size > MAX_SUBJECTS) this.#forgetOldest();
    return window === undefined || window.suppressed === 0 ? {} : { suppressed: window.suppressed };
  }

  #forgetOldest(): void {
    for (const oldest of this.#windows.keys()) {
      this.#windows.delete(oldest);
      return;
    }
  }
}
