import type { Instant } from '../clock/clock.js';
import type { Random } from '../random/random.js';
import type { SerialTables } from './tables.js';

/** What one verb sees while it runs alone: the tables, and one reading of the clock. */
export interface Session {
  readonly tables: SerialTables;
  readonly now: Instant;
  readonly random: Random;
}

/**
 * A number for a fence or a generation: larger than every one before it, and no smaller than the clock in
 * microseconds, so that it grows across lives, pruning, restarts and restored backups. Below 2^53 until the year 2255.
 */
export function drawNumber({ tables, now }: Session): number {
  const { control } = tables;
  control.counter = Math.max(control.counter + 1, now * 1_000);
  tables.saveControl(now);
  return control.counter;
}
