import type { ClockStep } from '../history.js';

/** The machine's clock is read by other means here than in the database, and its milliseconds are cut off there. */
export const SLACK_MS = 5;

/** What the store's clock may have shown at a moment of this machine. */
export class StoreClock {
  readonly #steps: readonly ClockStep[];

  constructor(steps: readonly ClockStep[]) {
    this.#steps = steps;
  }

  earliest(ms: number): number {
    return ms + Math.min(...this.#offsets(ms)) - SLACK_MS;
  }

  latest(ms: number): number {
    return ms + Math.max(...this.#offsets(ms)) + SLACK_MS;
  }

  /** The highest that it may have shown up to a moment: what ended then may have ended before the clock was set back. */
  highest(ms: number): number {
    return this.within(-Infinity, ms)[1];
  }

  /** Whether it never stepped, so that of two of its instants the lower one came first. */
  get isSteady(): boolean {
    return this.#steps.length === 0;
  }

  /** Below it, of two of its instants the lower one came first: all were shown before it ever stepped. */
  get steadyUntilMs(): number {
    const [first] = this.#steps;
    return first ? this.within(first.fromMs, Infinity)[0] : Infinity;
  }

  /** The moments of this machine at which it may have shown an instant. */
  momentsOf(instantMs: number): readonly number[] {
    const spans = [{ offsetMs: 0 }, ...this.#steps].map(({ offsetMs }, index) => ({
      offsetMs,
      fromMs: this.#steps[index - 1]?.fromMs ?? -Infinity,
      toMs: this.#steps[index]?.toMs ?? Infinity,
    }));
    return spans
      .filter(({ offsetMs, fromMs, toMs }) => {
        const ms = instantMs - offsetMs;
        return fromMs - SLACK_MS <= ms && ms <= toMs + SLACK_MS;
      })
      .map(({ offsetMs }) => instantMs - offsetMs);
  }

  /** Between two moments, also in between: the earliest and the latest of all. */
  within(fromMs: number, toMs: number): readonly [earliest: number, latest: number] {
    const moments = this.#steps.flatMap((step) => [step.fromMs, step.toMs]);
    const between = [
      ...(fromMs === -Infinity ? [] : [fromMs]),
      toMs,
      ...moments.filter((ms) => fromMs < ms && ms < toMs),
    ];
    return [
      Math.min(...between.map((ms) => this.earliest(ms))),
      Math.max(...between.map((ms) => this.latest(ms))),
    ];
  }

  /** Those that may have been in force. */
  #offsets(ms: number): readonly number[] {
    let offsets = [0];
    for (const { fromMs, toMs, offsetMs } of this.#steps) {
      if (toMs < ms) offsets = [offsetMs];
      else if (fromMs <= ms) offsets = [...offsets, offsetMs];
    }
    return offsets;
  }
}
