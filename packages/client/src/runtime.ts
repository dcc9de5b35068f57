/**
 * Time as this process sees it. Holds read time and wait only through this interface, so that a simulation can drive the
 * real hold logic in virtual time. `Clock` of `@lease/core` fits.
 */
export interface Clock {
  /** Milliseconds since an arbitrary origin. Never steps; may be fractional. */
  monotonicMs(): number;
  /** Milliseconds since the Unix epoch. May step; only turns a timeout into the deadline that gRPC wants. */
  wallMs(): number;
  /**
   * Runs `callback` once, `delayMs` from now or as soon as possible if that is not positive. Keeps any finite delay, also
   * beyond 2^31-1 ms (R12), and does not keep a process alive. Returns a function that cancels it.
   */
  schedule(delayMs: number, callback: () => void): () => void;
}

/** Randomness. `Random` of `@lease/core` fits. */
export interface Random {
  /** A number in [0, 1), uniformly. */
  next(): number;
  /** A random UUID (version 4), in lower case. */
  uuid(): string;
}

/** What hold logic needs of its surroundings. */
export interface Runtime {
  readonly clock: Clock;
  readonly random: Random;
}

/** What a client needs besides. */
export interface ClientRuntime extends Runtime {
  /**
   * Resolves after `delayMs`; rejects with the signal's reason if it aborts. Unlike a scheduled timer it keeps the process
   * alive: somebody awaits the call that waits here.
   */
  readonly sleep: (delayMs: number, signal: AbortSignal) => Promise<void>;
}
