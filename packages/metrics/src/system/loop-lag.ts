import type { Clock } from '@lease/core';
import { Gauge, type Registry } from 'prom-client';

/** So long a delay is remembered: a scraper that comes every 15 s sees each of them. */
const MEMORY_MS = 30_000;

/** How often it is looked. `monitorEventLoopDelay` of Node loses what happens just after each reading. */
const EVERY_MS = 100;

interface Delay {
  readonly atMs: number;
  readonly lagMs: number;
}

/** The longest time for which the event loop did nothing else, a moment ago: how late a timer came. */
export class LoopLag {
  readonly #clock: Clock;
  /** Each longer than all after it. */
  readonly #delays: Delay[] = [];
  #cancel: () => void = () => undefined;

  constructor(registry: Registry, clock: Clock) {
    this.#clock = clock;
    this.#look();
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
    this.#cancel();
  }

  #look(): void {
    const dueMs = this.#clock.monotonicMs() + EVERY_MS;
    this.#cancel = this.#clock.schedule(EVERY_MS, () => {
      this.#note(this.#clock.monotonicMs() - dueMs);
      this.#look();
    });
  }

  #note(lateMs: number): void {
    const delay = { atMs: this.#clock.monotonicMs(), lagMs: Math.max(0, lateMs) };
    while ((this.#delays.at(-1)?.lagMs ?? Infinity) <= delay.lagMs) this.#delays.pop();
    this.#delays.push(delay);
    this.#forget();
  }

  #longestMs(): number {
    this.#forget();
    return this.#delays[0]?.lagMs ?? 0;
  }

  #forget(): void {
    const oldestMs = this.#clock.monotonicMs() - MEMORY_MS;
    while ((this.#delays[0]?.atMs ?? Infinity) < oldestMs) this.#delays.shift();
  }
}
