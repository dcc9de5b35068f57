import type { Clock } from '@lease/core';

/** The largest delay that a platform's timers keep. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Its `now` is replaced now and then. */
const machine: { now: () => number } = performance;

/** What a process gets from its platform. */
export interface Platform {
  readonly monotonicMs: () => number;
  /** Runs `run` after so long; returns what cancels it. */
  readonly after: (delayMs: number, run: () => void) => () => void;
}

/**
 * The product's own way to wait, on timers that are as bad as the real ones: beyond 2^31-1 ms they fire at once (R12). The
 * shipped clock finds `setTimeout`, `clearTimeout` and `performance.now` of the world in place of the machine's, for as long
 * as it is at work.
 */
export function waitOn(platform: Platform, clock: Pick<Clock, 'schedule'>): Clock['schedule'] {
  const setStandIn = (run: () => void, delayMs: number) => {
    const timer = {
      cancel: platform.after(delayMs > MAX_TIMER_MS ? 1 : delayMs, () => {
        standIn(run);
      }),
      unref: () => timer,
    };
    return timer;
  };
  const clearStandIn = (timer: { readonly cancel: () => void }) => {
    timer.cancel();
  };
  /** One by one, and not `performance` itself: this is done a million times in a minute. */
  function standIn<T>(work: () => T): T {
    const { now } = machine;
    const { setTimeout, clearTimeout } = globalThis;
    machine.now = platform.monotonicMs;
    globalThis.setTimeout = setStandIn as unknown as typeof setTimeout;
    globalThis.clearTimeout = clearStandIn as unknown as typeof clearTimeout;
    try {
      return work();
    } finally {
      machine.now = now;
      globalThis.setTimeout = setTimeout;
      globalThis.clearTimeout = clearTimeout;
    }
  }
  return (delayMs, callback) => {
    const cancel = standIn(() => clock.schedule(delayMs, callback));
    return () => {
      standIn(cancel);
    };
  };
}
