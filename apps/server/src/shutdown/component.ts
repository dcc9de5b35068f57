/** A part of the server that has to be told when the server ends. */
export interface Component {
  /** In the report. */
  readonly name: string;
  /** Components with the lowest number go first, all at once; the next begin when these are through. */
  readonly priority: number;
  /** Milliseconds that it may take. Then its signal aborts. */
  readonly timeoutMs: number;
  /** Milliseconds that it has after its signal has aborted. Then it is left behind. Default 0. */
  readonly lastMs?: number;
  /** Ends it. When `signal` aborts, what is left is to be cut short. A rejection is reported and stops nobody else. */
  readonly stop: (signal: AbortSignal) => Promise<unknown>;
}

/**
 * How it went. `stopped`: in time. `cut short`: after its signal had aborted. `failed`: it rejected. `left behind`: it did not
 * end. `not begun`: the limit was reached before its turn.
 */
export type StopOutcome = 'stopped' | 'cut short' | 'failed' | 'left behind' | 'not begun';

export interface ComponentReport {
  readonly name: string;
  readonly outcome: StopOutcome;
  readonly durationMs: number;
  /** What it rejected with. */
  readonly error?: unknown;
}

/** The statistics of a shutdown. */
export interface ShutdownReport {
  /** Whether every component ended by itself: neither cut short nor failed nor left behind. */
  readonly clean: boolean;
  readonly durationMs: number;
  /** In the order in which they ended. */
  readonly components: readonly ComponentReport[];
}
