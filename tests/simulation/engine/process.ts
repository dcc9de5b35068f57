import { type Clock, systemClock } from '@lease/core';
import { waitOn } from './platform-timers.js';
import type { Scheduler } from './scheduler.js';
import type { Station } from './station.js';

/** 2026-01-01T00:00:00Z: where the world's wall clock begins, before anybody's error is added. */
export const WORLD_START_MS = 1_767_225_600_000;

export interface ProcessOptions {
  readonly name: string;
  /** How wrong the wall clock is. */
  readonly wallErrorMs: number;
  /** What the monotonic clock reads when the process starts: any number. */
  readonly monotonicOriginMs: number;
  /** A sabotage: the monotonic clock stands still while the process is paused. */
  readonly sleepsBlind?: boolean;
  /** The shipped clock that its code waits by. Default: that of the core. */
  readonly waitsBy?: Pick<Clock, 'schedule'>;
}

/**
 * A process that can be killed and stopped between any two events. Whatever reaches it from outside, timers and messages,
 * comes through {@link deliver}; whatever leaves it, through {@link emit}. Dead: neither. Paused: arrivals wait.
 */
export class Process implements Station {
  readonly name: string;
  readonly clock: Clock;
  readonly #scheduler: Scheduler;
  #alive = true;
  #wallErrorMs: number;
  #backlog: (() => void)[] = [];
  #paused = 0;
  #blindMs = 0;
  #fuse: { calls: number; readonly sent: boolean } | undefined;
  readonly #onDeath = new Set<() => void>();
  readonly #onWake = new Set<() => void>();

  constructor(scheduler: Scheduler, options: ProcessOptions) {
    this.#scheduler = scheduler;
    this.name = options.name;
    this.#wallErrorMs = options.wallErrorMs;
    const originMs = options.monotonicOriginMs - scheduler.nowMs;
    const monotonicMs = () => originMs + scheduler.nowMs - (options.sleepsBlind === true ? this.#blindMs : 0);
    this.clock = {
      monotonicMs,
      wallMs: () => WORLD_START_MS + scheduler.nowMs + this.#wallErrorMs,
      schedule: waitOn(
        { monotonicMs, after: (delayMs, run) => this.#after(delayMs, run) },
        options.waitsBy ?? systemClock,
      ),
    };
  }

  get alive(): boolean {
    return this.#alive;
  }

  get paused(): boolean {
    return this.#paused > 0;
  }

  deliver(run: () => void): boolean {
    if (!this.#alive) return false;
    if (this.paused) this.#backlog.push(run);
    else run();
    return true;
  }

  emit(send: () => void): void {
    if (!this.#alive) return;
    if (this.#fuse === undefined || this.#fuse.calls-- > 0) {
      send();
      return;
    }
    if (this.#fuse.sent) send();
    this.kill();
  }

  /** Dies with the call after the next `calls`, which gets out (`sent`) or does not. */
  armFuse(calls: number, sent: boolean): void {
    this.#fuse = { calls, sent };
  }

  disarmFuse(): void {
    this.#fuse = undefined;
  }

  /** Nothing in it ever goes on. */
  kill(): void {
    if (!this.#alive) return;
    this.#alive = false;
    this.#backlog = [];
    for (const tell of this.#onDeath) tell();
  }

  /** Returns what takes the listener off. */
  onDeath(tell: () => void): () => void {
    this.#onDeath.add(tell);
    return () => this.#onDeath.delete(tell);
  }

  /** Told when a pause is over, before anything that waited runs: the first statement after a blocked event loop. */
  onWake(tell: () => void): void {
    this.#onWake.add(tell);
  }

  /** How long it was stopped so far, in all. */
  get pausedMs(): number {
    return this.#blindMs;
  }

  /** Stops it, as SIGSTOP or a blocked event loop would. Its clocks run on. */
  pause(forMs: number): void {
    this.#paused += 1;
    this.#scheduler.after(forMs, () => {
      this.#paused -= 1;
      this.#blindMs += forMs;
      if (this.paused || !this.#alive) return;
      for (const tell of this.#onWake) tell();
      const waited = this.#backlog;
      this.#backlog = [];
      // Each in an event of its own, since promise chains settle between two callbacks of an event loop.
      for (const run of waited) this.#scheduler.after(0, () => this.deliver(run));
    });
  }

  /** A timer of its platform. */
  #after(delayMs: number, run: () => void): () => void {
    let timer: (() => void) | undefined = run;
    const cancel = this.#scheduler.after(delayMs, () => {
      this.deliver(() => timer?.());
    });
    return () => {
      timer = undefined;
      cancel();
    };
  }

  stepWall(byMs: number): void {
    this.#wallErrorMs += byMs;
  }
}
