import type { Clock } from '../../src/index.js';
import { turn } from '../../src/testing/turn.js';

interface Timer {
  readonly dueMs: number;
  readonly callback: () => void;
}

/**
 * The time of a process with one thread: work that is done takes time, {@link spend}, and what fell due meanwhile runs
 * late, in the order in which it fell due.
 */
export class BusyClock implements Clock {
  #nowMs = 0;
  #busyMs = 0;
  #timers: Timer[] = [];

  monotonicMs(): number {
    return this.#nowMs;
  }

  busyMs(): number {
    return this.#busyMs;
  }

  wallMs(): number {
    return this.#nowMs;
  }

  schedule(delayMs: number, callback: () => void): () => void {
    const timer = { dueMs: this.#nowMs + Math.max(0, delayMs), callback };
    const at = this.#timers.findIndex(({ dueMs }) => dueMs > timer.dueMs);
    this.#timers.splice(at < 0 ? this.#timers.length : at, 0, timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** The thread works for so long; nothing else runs. */
  spend(ms: number): void {
    this.#nowMs += ms;
    this.#busyMs += ms;
  }

  /** Time passes, and there is nothing to do. */
  idle(ms: number): void {
    this.#nowMs += ms;
  }

  /** Runs what falls due, however late, until that time. */
  async runUntil(endMs: number): Promise<void> {
    const isOver = (next: Timer) => this.#nowMs >= endMs || next.dueMs > endMs;
    for (let next = this.#timers[0]; next && !isOver(next); next = this.#timers[0]) {
      this.#timers.shift();
      this.#nowMs = Math.max(this.#nowMs, next.dueMs);
      next.callback();
      await turn();
    }
  }
}
