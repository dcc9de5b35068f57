import type { Clock } from './clock.js';

/** The largest delay that the platform's timers keep; beyond it they fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Node's measure of its event loop; other platforms have none. */
const utilization = (performance as { eventLoopUtilization?: () => { active: number } }).eventLoopUtilization;

/** The process's own time: `performance.now()`, `Date.now()` and `setTimeout`. */
export const systemClock: Clock = {
  monotonicMs: () => performance.now(),
  wallMs: () => Date.now(),
  ...(typeof utilization === 'function' && { busyMs: () => utilization().active }),
  schedule(delayMs, callback) {
    const dueMs = performance.now() + delayMs;
    let timer: ReturnType<typeof setTimeout>;
    const arm = () => {
      const leftMs = dueMs - performance.now();
      if (leftMs > MAX_TIMER_MS) timer = setTimeout(arm, MAX_TIMER_MS);
      else timer = setTimeout(callback, Math.max(0, leftMs));
      unref(timer);
    };
    arm();
    return () => {
      clearTimeout(timer);
    };
  },
};

/** Timers are numbers outside Node, and there is nothing to detach them from. */
function unref(timer: { unref?: () => unknown } | number): void {
  if (typeof timer === 'object') timer.unref?.();
}
