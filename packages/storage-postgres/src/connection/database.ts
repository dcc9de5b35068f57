/** Which connections a call may use. Sweeping and collecting have some of their own: requests cannot starve them. */
export type Lane = 'rpc' | 'sweep';

/** How often a call waits for a row that is locked: some 1 s each time. */
export type LockWait = 'once' | 'repeatedly';

/** How the connections are used, now. */
export interface ConnectionTally {
  /** At most so many are used at once. */
  readonly limit: number;
  /** A call is under way on so many of them. */
  readonly used: number;
  /** Calls that wait for one. */
  readonly waiting: number;
}

type Scalar = string | number | bigint | boolean | null;

/** Travels as text. An array becomes an array literal; JSON is passed as the text that `JSON.stringify` made. */
export type SqlValue = Scalar | readonly Scalar[];

/**
 * What the verbs know of PostgreSQL. A call is one statement, and it ends within `callTimeoutMs`, whatever happens.
 *
 * Contention (serialization failure, deadlock, lock timeout) is retried. A fault of the connection or the server is a
 * `StoreUnavailableError`: the statement may or may not have happened. Other errors of a statement are the driver's
 * `PostgresError`, whose `code` is the SQLSTATE: bugs of ours.
 */
export interface Database {
  /** The schema's name as a quoted identifier, ready for the text of a statement. No search path is set. */
  readonly schema: string;
  /**
   * Runs one statement, alone in its transaction.
   *
   * Numbers and `bigint`s are returned as numbers (beyond 2^53 they throw), `timestamptz` as an `Instant` (the infinite
   * ones as `Infinity`), JSON parsed, anything else, arrays too, as PostgreSQL's text.
   *
   * @param text a constant per verb: it is prepared once per connection. Casts every parameter.
   * @param lockWait `once`: a lock timeout is not retried; `isLockTimeout` tells it.
   */
  call<Row extends object>(
    lane: Lane,
    text: string,
    values?: readonly SqlValue[],
    lockWait?: LockWait,
  ): Promise<readonly Row[]>;
  /** Of all lanes together. */
  connections(): ConnectionTally;
  /** Waits for what is under way; later calls throw `StoreUnavailableError`. */
  close(): Promise<void>;
}
