import type { Counts } from '../engine/coverage.js';
import type { RunResult } from '../run/run.js';

/** A world to live through. */
export interface Job {
  readonly seed: number;
  readonly operations: number;
  /** The name of a broken product in the catalogue; unset: the product as it is. */
  readonly sabotage?: string | undefined;
}

/** What became of it, as it travels from one process to another. */
export interface Outcome extends Pick<RunResult, 'violation' | 'hash' | 'events' | 'virtualMs'> {
  readonly coverage: Counts;
}
