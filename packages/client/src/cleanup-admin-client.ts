import { CleanupAdminServiceDefinition as rpcs } from '@lease/protocol';
import type {
  AbandonedCleanups,
  Cleanup,
  CleanupAttempt,
  CleanupResult,
  CollectionState,
  ListCleanups,
  RetriedCleanups,
  RetryCleanups,
  RetryPace,
  RetryProgress,
} from './cleanups.js';
import type { ConnectionOptions } from './connection-options.js';
import { LeaseError } from './lease-error.js';
import { PartlyDoneError } from './partly-done-error.js';
import type { CallOptions } from './requests.js';
import { Connection } from './rpc/connection.js';
import type { ClientRuntime } from './runtime.js';
import { systemRuntime } from './system-runtime.js';
import { required } from './wire/decode.js';
import { decodeAttempt, decodeCleanup, decodeResult, decodeState } from './wire/decode-admin.js';
import {
  encodeForget,
  encodeGetCleanup,
  encodeListAttempts,
  encodeListCleanups,
  encodePause,
  encodeRetryIds,
  encodeRetryMatching,
} from './wire/encode-admin.js';

/** What the server takes, and gives, in one call. */
const MAX_ELEMENTS = 1_000;

/**
 * What operators do: looks at cleanups, deals with those that were abandoned, pauses collection; at whichever replica
 * answers. By default a server has it on loopback only (`lease-server --admin-listen`).
 *
 * Every call is retried while nobody answers (`UNAVAILABLE`), within its deadline. Calls reject with `LeaseError`. Where a
 * retry was done and its answer was lost, the repeated call says `CLEANUP_NOT_ABANDONED` of what the first one retried.
 */
export class CleanupAdminClient {
  readonly #connection: Connection;

  /** Connects when it is first used. Throws TypeError for options that contradict each other. */
  constructor(options: ConnectionOptions, runtime: ClientRuntime = systemRuntime) {
    this.#connection = new Connection(options, runtime);
  }

  /** Cleanups that match, fetched page by page; the deadline is that of one page. */
  async *list(filter: ListCleanups = {}, call?: CallOptions): AsyncGenerator<Cleanup, void, undefined> {
    for await (const page of this.#pages(filter, call)) yield* page;
  }

  /** One cleanup, open, abandoned or finished. */
  async get(cleanupId: string, call?: CallOptions): Promise<Cleanup> {
    const { cleanup } = await this.#connection.call(rpcs.getCleanup, encodeGetCleanup(cleanupId), call);
    return decodeCleanup(required('cleanup', cleanup));
  }

  /**
   * Its history, the oldest first; if it is longer than `limit` (default 100, at most 1,000), the end of it. Attempts are
   * forgotten a week after they ended, whatever became of the cleanup: `Cleanup.attempts` says how many were made.
   */
  async attempts(
    cleanupId: string,
    { limit, ...call }: CallOptions & { readonly limit?: number } = {},
  ): Promise<readonly CleanupAttempt[]> {
    const message = encodeListAttempts(cleanupId, limit);
    const { attempts } = await this.#connection.call(rpcs.listCleanupAttempts, message, call);
    return attempts.map(decodeAttempt);
  }

  /**
   * Gives abandoned cleanups a fresh budget: any number of ids, sent 1,000 at a time, or as many as `limit` that match. Each
   * is judged alone; if a later thousand fails, rejects with {@link PartlyDoneError} (but with the reason of `signal`, if that
   * aborts). The pauses between attempts go on where they were. To retry all that match, see {@link retryAll}.
   */
  async retry(request: RetryCleanups, call?: CallOptions): Promise<RetriedCleanups> {
    const { staggerMs, cleanupIds } = request;
    if (cleanupIds !== undefined) {
      const results = await inParts(cleanupIds, (part) => this.#retryIds(part, staggerMs, call));
      return { results, more: false };
    }
    const message = encodeRetryMatching(request.filter, request.limit, staggerMs);
    const { results, more } = await this.#connection.call(rpcs.retryCleanups, message, call);
    return { results: results.map(decodeResult), more };
  }

  /**
   * Retries all that match, page after page: each cleanup once, even if it is abandoned again meanwhile. Every page is spread
   * over the whole of `staggerMs`, and so are all of them together. The deadline is that of one page. If it rejects, what was
   * told by `onProgress` is done, and calling it again goes on.
   */
  async retryAll(
    filter: AbandonedCleanups = {},
    options: RetryPace & { readonly onProgress?: (progress: RetryProgress) => void } = {},
    call?: CallOptions,
  ): Promise<RetryProgress> {
    const { staggerMs, onProgress } = options;
    let progress: RetryProgress = { retried: 0, skipped: 0 };
    for await (const page of this.#pages({ ...filter, state: 'ABANDONED', pageSize: MAX_ELEMENTS }, call)) {
      if (page.length === 0) continue;
      const ids = page.map(({ cleanupId }) => cleanupId);
      const results = await this.#retryIds(ids, staggerMs, call);
      const skipped = results.filter(({ error }) => error !== undefined).length;
      progress = {
        retried: progress.retried + results.length - skipped,
        skipped: progress.skipped + skipped,
      };
      onProgress?.(progress);
    }
    return progress;
  }

  /**
   * Drops cleanups that are abandoned or due: somebody took care of the objects by hand. Any number of ids, sent 1,000 at a
   * time; each is judged alone; if a later thousand fails, rejects with {@link PartlyDoneError} (but with the reason of
   * `signal`, if that aborts). `reason`: 1 to 256 bytes, kept with the cleanup.
   */
  async forget(
    { cleanupIds, reason }: { readonly cleanupIds: readonly string[]; readonly reason: string },
    call?: CallOptions,
  ): Promise<readonly CleanupResult[]> {
    return inParts(cleanupIds, async (part) => {
      const message = encodeForget(part, reason);
      const { results } = await this.#connection.call(rpcs.forgetCleanups, message, call);
      return results.map(decodeResult);
    });
  }

  /** Whether leases expire and cleanups run, and if not, why not. */
  async collectionState(call?: CallOptions): Promise<CollectionState> {
    return decodeState(await this.#connection.call(rpcs.getCollectionState, {}, call));
  }

  /** Stops expiry and collection at all replicas for 1 s to 7 d. Attempts under way are finished. Replaces an earlier pause. */
  async pause(
    { forMs, note }: { readonly forMs: number; readonly note?: string },
    call?: CallOptions,
  ): Promise<CollectionState> {
    return decodeState(await this.#connection.call(rpcs.pauseCollection, encodePause(forMs, note), call));
  }

  /** Ends every pause in force. */
  async resume(call?: CallOptions): Promise<CollectionState> {
    return decodeState(await this.#connection.call(rpcs.resumeCollection, {}, call));
  }

  /** Closes the connections. */
  close(): void {
    this.#connection.close();
  }

  async *#pages(
    filter: ListCleanups,
    call?: CallOptions,
  ): AsyncGenerator<readonly Cleanup[], void, undefined> {
    let pageToken = '';
    do {
      const page = await this.#connection.call(
        rpcs.listCleanups,
        encodeListCleanups(filter, pageToken),
        call,
      );
      yield page.cleanups.map(decodeCleanup);
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
  }

  async #retryIds(ids: readonly string[], staggerMs: number | undefined, call: CallOptions | undefined) {
    const { results } = await this.#connection.call(rpcs.retryCleanups, encodeRetryIds(ids, staggerMs), call);
    return results.map(decodeResult);
  }
}

/** One call after another; an empty list is one call, too, and the server says what is wrong with it. */
async function inParts(
  ids: readonly string[],
  send: (part: readonly string[]) => Promise<readonly CleanupResult[]>,
): Promise<readonly CleanupResult[]> {
  const results = [...(await send(ids.slice(0, MAX_ELEMENTS)))];
  for (let start = MAX_ELEMENTS; start < ids.length; start += MAX_ELEMENTS) {
    try {
      results.push(...(await send(ids.slice(start, start + MAX_ELEMENTS))));
    } catch (error) {
      throw error instanceof LeaseError ? new PartlyDoneError(error, results) : error;
    }
  }
  return results;
}
