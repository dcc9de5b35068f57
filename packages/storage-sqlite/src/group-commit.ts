// Not time: the end of a turn of the event loop, which only the loop itself can tell.
// eslint-disable-next-line no-restricted-imports
import { setImmediate } from 'node:timers';
import { StoreUnavailableError } from '@lease/core';
import { isSqliteError } from './open-database.js';

/** The transaction that a group runs in. */
export interface Transaction {
  begin(): void;
  /** Returns once what was written is on the disk. */
  commit(): void;
  rollback(): void;
}

/** At most so many calls share a commit, so that a burst cannot keep the process from its sockets for long. */
const MAX_GROUP = 256;

/**
 * A group that has worked so long is committed, and the rest waits for its turn. Calls differ a thousandfold: 64 batches
 * of 1,000 creates in one commit held the event loop for 3.9 s, during which nobody sweeps and attempts outlive claims.
 */
const MAX_WORK_MS = 10;

interface Call {
  run(): void;
  succeed(): void;
  fail(error: unknown): void;
}

/**
 * One fsync for all calls that arrived in the same turn of the event loop (group commit, as in DeWitt et al., 1984).
 * While a commit waits for the disk, the next group gathers in the sockets. A call resolves after its commit.
 */
export class GroupCommit {
  readonly #transaction: Transaction;
  readonly #onCommit: (calls: number) => void;
  readonly #monotonicMs: () => number;
  #waiting: Call[] = [];
  #closed = false;
  #idle: (() => void)[] = [];

  /** `onCommit` is told how many calls shared each commit. */
  constructor(transaction: Transaction, onCommit: (calls: number) => void, monotonicMs: () => number) {
    this.#transaction = transaction;
    this.#onCommit = onCommit;
    this.#monotonicMs = monotonicMs;
  }

  write<T>(work: () => T): Promise<T> {
    if (this.#closed) return Promise.reject(closedError());
    return new Promise<T>((resolve, reject) => {
      let result: T;
      const call: Call = {
        run: () => {
          result = work();
        },
        succeed: () => {
          resolve(result);
        },
        fail: reject,
      };
      if (this.#waiting.push(call) === 1) setImmediate(this.#flush);
    });
  }

  /** Refuses further calls and resolves once those under way are answered. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#waiting.length > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  readonly #flush = (): void => {
    // The first is taken before the transaction begins: should that fail, somebody has to be told.
    const group = this.#waiting.splice(0, 1);
    try {
      this.#commit(this.#growing(group));
      for (const call of group) call.succeed();
    } catch (error) {
      // One call's failure must not be its neighbours': each gets a transaction of its own.
      if (group.length > 1) for (const call of group) this.#alone(call);
      else group[0]?.fail(asStoreError(error));
    }
    if (this.#waiting.length > 0) setImmediate(this.#flush);
    else for (const resolve of this.#idle.splice(0)) resolve();
  };

  /** The group, then further calls that wait, as long as they may share its commit. Each joins before it runs. */
  *#growing(group: Call[]): Generator<Call> {
    const endMs = this.#monotonicMs() + MAX_WORK_MS;
    yield* group;
    while (group.length < MAX_GROUP && this.#monotonicMs() < endMs) {
      const call = this.#waiting.shift();
      if (call === undefined) return;
      group.push(call);
      yield call;
    }
  }

  #alone(call: Call): void {
    try {
      this.#commit([call]);
      call.succeed();
    } catch (error) {
      call.fail(asStoreError(error));
    }
  }

  #commit(calls: Iterable<Call>): void {
    let count = 0;
    this.#transaction.begin();
    try {
      for (const call of calls) {
        call.run();
        count += 1;
      }
      this.#transaction.commit();
    } catch (error) {
      this.#transaction.rollback();
      throw error;
    }
    // In a task of its own: were it to throw here, a group that is committed would be run again.
    queueMicrotask(() => {
      this.#onCommit(count);
    });
  }
}

export function closedError(): StoreUnavailableError {
  return new StoreUnavailableError('the SQLite store is closed');
}

/** SQLite's own errors (disk full, I/O) are faults of the store; anything else is a bug and stays what it is. */
export function asStoreError(error: unknown): unknown {
  if (!isSqliteError(error)) return error;
  return new StoreUnavailableError(`SQLite: ${error.message}`, { cause: error });
}
