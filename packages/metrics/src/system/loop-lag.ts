import { monitorEventLoopDelay, type IntervalHistogram } from 'node:perf_hooks';
import type { Clock } from '@lease/core';
import { Gauge, type Registry } from 'prom-client';

/** So long a delay is remembered: a scraper that comes every 15 s sees each of them. */
const MEMORY_MS = 30_000;

/** How late a timer of this many milliseconds comes is how long the event loop was held. */
const RESOLUTION_MS = 10;

/** The longest time for which the event loop did nothing else, a moment ago. */
export class LoopLag {
  readonly #clock: Clock;
  readonly #delays: IntervalHistogram;
  /** The longest delay of each look, in the order of the looks. */
  #looks: { readonly atMs: number; readonly lagMs: number }[] = [];

  constructor(registry: Registry, clock: Clock) {
    this.#clock = clock;
    this.#delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
    this.#delays.enable();
    const longestMs = () => this.#longestMs();
    new Gauge({
      name: 'lease_event_loop_lag_seconds',
      help: 'The longest time in the last 30 s for which the event loop of this process was held up.',
      registers: [registry],
      collect() {
        this.set(longestMs() / 1_000);
      },
    });
  }

  stop(): void {
    this.#delays.disable();
  }

  /** Looking often costs little, and whoever looks takes nothing from the others. */
  #longestMs(): number {
    const nowMs = this.#clock.monotonicMs();
    // Without a delay yet, the histogram's maximum is 0. What it records is the whole interval between two timers.
    const lagMs = Math.max(0, this.#delays.max / 1e6 - RESOLUTION_MS);
    this.#delays.reset();
    this.#looks = this.#looks.filter(({ atMs }) => nowMs - atMs < MEMORY_MS);
    this.#looks.push({ atMs: nowMs, lagMs });
    return Math.max(...this.#looks.map((look) => look.lagMs));
  }
}
