import type { Clock } from '../clock/clock.js';
import { turn } from './turn.js';

interface Timer {
  readonly dueMs: number;
  readonly order: number;
  readonly callback: () => void;
}

/** 2026-01-01T00:00:00Z: a plausible epoch, so that instants in microseconds have their real size. */
const START_WALL_MS = 1_767_225_600_000;

/** Time that stands still until a test moves it. Timers run in the order of their due times, then of their making. */
export class ManualClock implements Clock {
  #monotonicMs = 0;
  #wallOffsetMs: number;
  #timers: Timer[] = [];
  #order = 0;
  #advancing = false;

  /** `startWallMs`: what the wall clock reads at first. Default 2026-01-01T00:00:00Z. */
  constructor(startWallMs = START_WALL_MS) {
    this.#wallOffsetMs = startWallMs;
  }

  monotonicMs(): number {
    return this.#monotonicMs;
  }

  wallMs(): number {
    return this.#monotonicMs + this.#wallOffsetMs;
  }

  schedule(delayMs: number, callback: () => void): () => void {
    const timer = { dueMs: this.#monotonicMs + Math.max(0, delayMs), order: this.#order++, callback };
    let at = this.#timers.length;
    // Kept in order from the back: most timers are later than those that wait already.
    while (at > 0 && (this.#timers[at - 1]?.dueMs ?? 0) > timer.dueMs) at--;
    this.#timers.splice(at, 0, timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** Timers that wait. */
  get pending(): number {
    return this.#timers.length;
  }

  /** Delay until the next timer; unset if none waits. */
  get nextTimerInMs(): number | undefined {
    const next = this.#timers[0];
    return next && Math.max(0, next.dueMs - this.#monotonicMs);
  }

  /**
   * Moves time on and runs the timers that fall due, each at its own instant. Promise chains settle before the first
   * timer, between timers and after the last one, so a timer set by such a chain runs if it falls due in time.
   */
  async advance(ms: number): Promise<void> {
    if (this.#advancing) throw new Error('advance() is under way: await it before the next one');
    if (!(ms >= 0)) throw new RangeError(`time does not go back: advance(${ms})`);
    this.#advancing = true;
    try {
      const endMs = this.#monotonicMs + ms;
      await turn();
      for (let next = this.#takeDue(endMs); next; next = this.#takeDue(endMs)) {
        this.#monotonicMs = Math.max(this.#monotonicMs, next.dueMs);
        next.callback();
        await turn();
      }
      this.#monotonicMs = endMs;
    } finally {
      this.#advancing = false;
    }
  }

  /** Steps the wall clock, either way, as an operator or NTP would. The monotonic clock and timers do not notice. */
  stepWall(ms: number): void {
    this.#wallOffsetMs += ms;
  }

  #takeDue(endMs: number): Timer | undefined {
    const next = this.#timers[0];
    return next && next.dueMs <= endMs ? this.#timers.shift() : undefined;
  }
}
