/** Milliseconds since the Unix epoch, by the store's clock. The only clock that decides anything (S15). */
export type Instant = number;

/**
 * Time as this process sees it. Everything in Lease that reads time or waits does so through this
 * interface, so that a whole cluster runs in one deterministic test.
 */
export interface Clock {
  /** Milliseconds since an arbitrary origin. Never steps; may be fractional. */
  monotonicMs(): number;
  /**
   * Milliseconds that this process has worked since an arbitrary origin: the rest of the time it waited for something to
   * do. A clock that does not know has no such member.
   */
  busyMs?(): number;
  /** Milliseconds since the Unix epoch. May step either way; a store reads it once, when it opens. */
  wallMs(): number;
  /**
   * Runs `callback` once, `delayMs` from now or as soon as possible if that is not positive. Any finite delay is
   * kept, also beyond 2^31-1 ms, where the platform's own timer would fire at once.
   * A pending timer does not keep a process alive. Returns a function that cancels it.
   */
  schedule(delayMs: number, callback: () => void): () => void;
}
