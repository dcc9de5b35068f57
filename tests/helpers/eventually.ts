import { setTimeout as delay } from 'node:timers/promises';

export interface Patience {
  /** Until when it must hold. Default 10 s. */
  readonly deadlineMs?: number;
  /** The pause between two looks. Default 20 ms. */
  readonly everyMs?: number;
}

/**
 * Looks until `check` no longer throws, and resolves with what it returned. At the deadline, rejects with what it threw
 * last. For what must never happen, see {@link throughout}.
 */
export async function eventually<T>(check: () => T | Promise<T>, patience: Patience = {}): Promise<T> {
  const { deadlineMs = 10_000, everyMs = 20 } = patience;
  const deadline = performance.now() + deadlineMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() + everyMs >= deadline) throw late(error, deadlineMs);
    }
    await delay(everyMs);
  }
}

/** Looks again and again for `forMs`, and rejects as soon as `check` throws. */
export async function throughout(forMs: number, check: () => unknown, everyMs = 20): Promise<void> {
  const end = performance.now() + forMs;
  do {
    await check();
    await delay(everyMs);
  } while (performance.now() < end);
}

function late(error: unknown, deadlineMs: number): unknown {
  if (error instanceof Error) error.message += `\n(still so after ${deadlineMs} ms)`;
  return error;
}
