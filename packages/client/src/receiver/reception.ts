import { checkResult } from './check-result.js';
import type { Cleanup, CleanupHandler, CleanupResult } from './cleanup.js';
import { Lru } from './lru.js';
import { memoryReceiverStore, type ReceiverStore } from './receiver-store.js';

export interface ReceptionOptions {
  /** What to do, by object type. Give either this or `onCleanup`. */
  readonly handlers?: Readonly<Record<string, CleanupHandler>>;
  /** What to do, for every type. */
  readonly onCleanup?: CleanupHandler;
  /** Remembers successes. Default: the last `maxRemembered`, in this process. */
  readonly store?: ReceiverStore;
  /** Objects whose newest fence is remembered, and successes. Beyond it the oldest are forgotten. Default 10,000. */
  readonly maxRemembered?: number;
  /**
   * Told what a handler or the store threw; the server is told only that it failed. Without a cleanup: the receiver is mounted
   * so that it cannot verify any. Default: writes it to stderr.
   */
  readonly onError?: (error: unknown, cleanup: Cleanup | undefined) => void;
}

/** What became of one attempt. */
export type Outcome =
  | CleanupResult
  /** An earlier attempt on the object still runs. */
  | { readonly kind: 'running'; readonly afterMs: number }
  /** A later attempt has been seen. */
  | { readonly kind: 'stale' }
  /** The handler or the store threw. */
  | { readonly kind: 'error' }
  /** There is no handler for this type, or not yet. */
  | { readonly kind: 'unhandled' }
  | { readonly kind: 'closing' };

interface Run {
  readonly cleanupId: string;
  readonly aborter: AbortController;
  readonly ended: Promise<unknown>;
}

/** A server that is told to come back after twice as long each time gives a handler ten minutes with 15 attempts. */
const MAX_RUNNING_PAUSE_MS = 60_000;

/** What HTTP and gRPC have in common: lets each cleanup run once at a time, in order, and not again after it succeeded. */
export class Reception {
  readonly #handlerOf: (type: string) => CleanupHandler | undefined;
  readonly #store: ReceiverStore;
  readonly #onError: NonNullable<ReceptionOptions['onError']>;
  readonly #newestFence: Lru<string, number>;
  readonly #runs = new Map<string, Run>();
  #closing = false;

  constructor(options: ReceptionOptions) {
    const { handlers, onCleanup, maxRemembered = 10_000, onError = writeToStderr } = options;
    if ((handlers === undefined) === (onCleanup === undefined)) {
      throw new TypeError('give either handlers or onCleanup');
    }
    if (!Number.isInteger(maxRemembered) || maxRemembered < 1) {
      throw new TypeError('maxRemembered must be a positive whole number');
    }
    // `constructor` is a valid object type.
    this.#handlerOf = (type) =>
      onCleanup ?? (handlers && Object.hasOwn(handlers, type) ? handlers[type] : undefined);
    this.#store = options.store ?? memoryReceiverStore(maxRemembered);
    this.#newestFence = new Lru(maxRemembered);
    this.#onError = onError;
  }

  /** Never rejects. */
  async receive(cleanup: Cleanup): Promise<Outcome> {
    if (this.#closing) return { kind: 'closing' };
    // A type holds no slash, so no two objects have the same key.
    const key = `${cleanup.object.type}/${cleanup.object.id}`;
    const newest = this.#newestFence.get(key) ?? 0;
    if (cleanup.fence < newest) return { kind: 'stale' };
    this.#newestFence.set(key, cleanup.fence);

    const earlier = this.#runs.get(key);
    if (earlier !== undefined) {
      // Another life of the object: whoever still collects the last one is too late.
      if (earlier.cleanupId !== cleanup.cleanupId) earlier.aborter.abort(new Error('superseded'));
      return { kind: 'running', afterMs: Math.min(1_000 * 2 ** cleanup.attempt, MAX_RUNNING_PAUSE_MS) };
    }
    // Registered before anything is awaited, so that the same attempt, delivered twice, cannot pass twice.
    const aborter = new AbortController();
    const ended = this.#collect(cleanup, aborter.signal);
    this.#runs.set(key, { cleanupId: cleanup.cleanupId, aborter, ended });
    try {
      return await ended;
    } finally {
      this.#runs.delete(key);
    }
  }

  /** Tells the owner of the receiver what keeps it from receiving anything. */
  report(error: unknown): void {
    this.#onError(error, undefined);
  }

  /** Refuses what comes, tells the handlers to stop, and waits for them. */
  async close(): Promise<void> {
    this.#closing = true;
    const runs = [...this.#runs.values()];
    for (const { aborter } of runs) aborter.abort(new Error('the receiver closes'));
    await Promise.all(runs.map(({ ended }) => ended));
  }

  async #collect(cleanup: Cleanup, signal: AbortSignal): Promise<Outcome> {
    try {
      if (await this.#store.has(cleanup.cleanupId)) return { kind: 'done' };
      const handler = this.#handlerOf(cleanup.object.type);
      if (handler === undefined) return { kind: 'unhandled' };
      const result = checkResult(await handler(cleanup, signal));
      if (result.kind === 'done' || result.kind === 'gone') await this.#remember(cleanup);
      return result;
    } catch (error) {
      this.#onError(error, cleanup);
      return { kind: 'error' };
    }
  }

  /** Forgetting a success costs a repetition at worst, only if the answer is lost as well; failing it would cost one at once. */
  async #remember(cleanup: Cleanup): Promise<void> {
    try {
      await this.#store.add(cleanup);
    } catch (error) {
      this.#onError(error, cleanup);
    }
  }
}

function writeToStderr(error: unknown, cleanup: Cleanup | undefined): void {
  const { cleanupId, object } = cleanup ?? {};
  const what = object && `cleanup ${cleanupId} of ${object.type} ${JSON.stringify(object.id)} failed`;
  console.error(`${what ?? 'no cleanup can be received'}:`, error);
}
