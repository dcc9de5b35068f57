import { setTimeout as delay } from 'node:timers/promises';

/** Polls until it holds; fails after 10 s. */
export async function until(what: string, holds: () => boolean): Promise<void> {
  const deadlineMs = performance.now() + 10_000;
  while (!holds()) {
    if (performance.now() > deadlineMs) throw new Error(`not within 10 s: ${what}`);
    await delay(2);
  }
}
