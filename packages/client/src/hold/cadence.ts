import type { Random } from '../runtime.js';

/** A third of what was granted, or up to a fifth of that less: two renewals may be lost before the lease is in doubt. */
export function renewalPauseMs(grantedMs: number, random: Random): number {
  return (grantedMs / 3) * (0.8 + 0.2 * random.next());
}

/**
 * After a try without answer, with full jitter, so that a thousand holds do not return as one. A server that comes back from an
 * outage holds its hand for up to 30 s (S14): even the largest pause, two tries that hang and a reconnect fit into that.
 */
export function retryPauseMs(ttlMs: number, doubtful: boolean, random: Random): number {
  return random.next() * maxRetryPauseMs(ttlMs, doubtful);
}

export function maxRetryPauseMs(ttlMs: number, doubtful: boolean): number {
  return doubtful ? Math.min(5_000, ttlMs / 10) : Math.min(10_000, ttlMs / 5);
}

/** How long one try may hang: at most 5 s, so that a hung server cannot stop the rhythm; at least 1 s, since a busy one is slow. */
export function tryTimeoutMs(ttlMs: number): number {
  return Math.min(5_000, Math.max(1_000, ttlMs / 3));
}
