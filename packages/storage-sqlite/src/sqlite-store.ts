import { type Clock, type Random, systemClock, systemRandom } from '@lease/core';
import { SerialStore, storeClock } from '@lease/core/serial-store';
import { openDatabase } from './open-database.js';
import { SqliteTables } from './sqlite-tables.js';

export interface SqliteStoreOptions {
  /** The database file; made if it is not there. Its directory must exist. */
  readonly path: string;
  /** Told after each commit how many calls shared it. For metrics. */
  readonly onCommit?: (calls: number) => void;
  /** Default: the process's own time. Tests pass a clock that they hold. */
  readonly clock?: Clock;
  /** Default: the platform's randomness. */
  readonly random?: Random;
}

/**
 * Leases in one SQLite file: durable (S11), nothing to install, one process at a time. Concurrent calls share commits.
 * Calls block the event loop while the disk writes, as SQLite does: about a millisecond per group.
 */
export class SqliteStore extends SerialStore {
  /**
   * Opens the file, which stays locked until {@link close} or the end of the process.
   * Throws `SqliteFileInUseError` if another process has it, `SqliteSchemaError` if a newer version or another program
   * made it, `SqliteOpenError` if it cannot be read and written.
   */
  static open(options: SqliteStoreOptions): SqliteStore {
    const { path, onCommit = () => undefined, clock = systemClock, random = systemRandom } = options;
    const database = openDatabase(path);
    const tables = new SqliteTables(database, clock, onCommit);
    // The clock goes on from the last reading that was kept: a wall clock that was set back only delays (S15).
    return new SqliteStore({ tables, now: storeClock(clock, tables.control.now), random });
  }
}
