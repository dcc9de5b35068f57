import type { Random } from '../runtime.js';

/** Bounds of the pause between two tries: the first, and the largest. Drawn from zero (full jitter). */
const FIRST_PAUSE_MS = 100;
const MAX_PAUSE_MS = 2_000;

/** How long to wait after so many tries, and at least as long as the server asked for. */
export function pauseMs(tries: number, askedMs: number | undefined, random: Random): number {
  const boundMs = Math.min(FIRST_PAUSE_MS * 2 ** (tries - 1), MAX_PAUSE_MS);
  return Math.max(random.next() * boundMs, askedMs ?? 0);
}
