import type { Clock, ClientRuntime } from './runtime.js';

/** The largest delay that the platform's timers keep; beyond it they fire at once (R12). */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * The process's own time and randomness. The monotonic clock runs on while the process is stopped or blocked, but stands
 * still while the whole machine is suspended.
 */
export const systemRuntime: ClientRuntime = {
  clock: {
    monotonicMs: () => performance.now(),
    wallMs: () => Date.now(),
    schedule,
  } satisfies Clock,

  random: {
    next: () => Math.random(),
    uuid: () => crypto.randomUUID(),
  },

  sleep: (delayMs, signal) =>
    new Promise((resolve, reject) => {
      const onAbort = () => {
        clearTimeout(timer);
        reject(signal.reason as Error);
      };
      const timer = setTimeout(() => {
        signal.removeEventListener('abort', onAbort);
        resolve();
      }, delayMs);
      if (signal.aborted) onAbort();
      else signal.addEventListener('abort', onAbort, { once: true });
    }),
};

/** Never early, so that whoever waits for an instant finds it passed. */
function schedule(delayMs: number, callback: () => void): () => void {
  const dueMs = performance.now() + delayMs;
  const wait = () => {
    const leftMs = Math.max(0, dueMs - performance.now());
    return setTimeout(fire, Math.min(Math.ceil(leftMs), MAX_TIMER_MS)).unref();
  };
  const fire = () => {
    if (performance.now() >= dueMs) callback();
    else timer = wait();
  };
  let timer = wait();
  return () => clearTimeout(timer);
}
