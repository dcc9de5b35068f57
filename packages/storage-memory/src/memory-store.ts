import { type Clock, type Random, systemClock, systemRandom } from '@lease/core';
import { SerialStore, storeClock } from '@lease/core/serial-store';
import { MemoryTables } from './memory-tables.js';

export interface MemoryStoreOptions {
  /** Leases kept at most, ended ones within the retention included. Default 2,000,000 (about 1 GB). */
  readonly maxLeases?: number;
  /** Default: the process's own time. Tests pass a clock that they hold. */
  readonly clock?: Clock;
  /** Default: the platform's randomness. */
  readonly random?: Random;
}

/**
 * Leases in this process's memory: for tests, for development, and for objects that live no longer than the process.
 * Everything is gone when the process ends. At `maxLeases`, creates are refused as `OVERLOADED`. Of finished cleanups and
 * of attempts the latest 100,000 each are kept.
 */
export class MemoryStore extends SerialStore {
  constructor({
    maxLeases = 2_000_000,
    clock = systemClock,
    random = systemRandom,
  }: MemoryStoreOptions = {}) {
    if (!Number.isInteger(maxLeases) || maxLeases < 1) {
      throw new RangeError(`maxLeases must be a positive integer, not ${String(maxLeases)}`);
    }
    const now = storeClock(clock, 0);
    super({ tables: new MemoryTables(now(), maxLeases), now, random });
  }
}
