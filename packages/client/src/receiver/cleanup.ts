import type { Metadata, ObjectRef } from '../lease.js';

/** One attempt to collect an object that nobody holds any more. */
export interface Cleanup {
  /** UUID. The idempotency key: all attempts of one cleanup carry it. */
  readonly cleanupId: string;
  readonly object: ObjectRef;
  /** Marks the life of the object that has ended; grows from life to life. */
  readonly generation: number;
  /** Marks this attempt; grows from attempt to attempt, and from life to life. */
  readonly fence: number;
  /** 1 for the first attempt; grows. */
  readonly attempt: number;
  /** How the last lease on the object ended. */
  readonly reason: 'EXPIRED' | 'RELEASED';
  /** When it ended, by the store's clock. */
  readonly dueTime: Date;
  readonly lastLeaseId: string;
  /** These four: of the lease that gave the cleanup, frozen with it. */
  readonly leaseId: string;
  readonly serviceId: string;
  readonly metadata: Metadata;
  readonly payload: string;
}

/**
 * Collects one object. Called at least once, and now and then again after a success whose answer was lost, so it must not mind.
 *
 * It may take longer than an attempt lasts: later attempts are told that it still runs, and then that it is done. `signal` aborts
 * when the receiver closes, and when a later life of the same object is to be collected.
 *
 * No result means done. What it throws is answered as a failure worth another attempt, and counts against the endpoint: after
 * several in a row the server lets all cleanups of the endpoint wait. So throw when a thing fails that all of them need, such as
 * a database, and return `retry` when it is only this object's turn that has not come.
 */
export type CleanupHandler = (
  cleanup: Cleanup,
  signal: AbortSignal,
  // eslint-disable-next-line @typescript-eslint/no-invalid-void-type -- an async function may return a result or nothing
) => Promise<CleanupResult | void>;

/** How a cleanup went. The first 1,024 characters of `detail` go into the history that operators see. */
export type CleanupResult =
  /** The object is gone. */
  | { readonly kind: 'done' }
  /** It was gone before; the same as done, but the history shows it. */
  | { readonly kind: 'gone' }
  /** This object not now; it says nothing of others. `afterMs`: not before; by default the server's backoff decides. */
  | { readonly kind: 'retry'; readonly detail?: string; readonly afterMs?: number }
  /** Never: the server abandons the cleanup at once, and an operator has to look. */
  | { readonly kind: 'fail'; readonly detail: string };
