import type { Cleanup } from './cleanup.js';
import { Lru } from './lru.js';

/**
 * Remembers which cleanups succeeded, so that an attempt whose answer was lost is not made twice. Several instances of a receiver
 * share one, e.g. a table with a unique `cleanup_id`; entries older than the server's retention of cleanups (7 d) are of no use.
 */
export interface ReceiverStore {
  /** Whether this cleanup succeeded before. A rejection is answered as a failure worth another attempt. */
  has(cleanupId: string): Promise<boolean>;
  /** Called after a success, before it is answered. After a rejection the success is answered all the same. */
  add(cleanup: Cleanup): Promise<void>;
}

/** The last `limit` successes, in this process. */
export function memoryReceiverStore(limit: number): ReceiverStore {
  const succeeded = new Lru<string, true>(limit);
  return {
    has: (cleanupId) => Promise.resolve(succeeded.get(cleanupId) === true),
    add: ({ cleanupId }) => {
      succeeded.set(cleanupId, true);
      return Promise.resolve();
    },
  };
}
