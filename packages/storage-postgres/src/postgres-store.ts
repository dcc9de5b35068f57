import type {
  ClaimCleanups,
  CleanupOutcome,
  CreateLease,
  ForgetCleanup,
  LeaseStore,
  ListCleanups,
  ListLeases,
  PauseCollection,
  Prune,
  ReleaseLease,
  RenewLease,
  RetryCleanup,
  Sweep,
} from '@lease/core';
import type { ConnectionTally, Database } from './connection/database.js';
import type { DatabaseOptions } from './connection/database-options.js';
import { openDatabase } from './connection/open-database.js';
import { Folding } from './folding.js';
import { migrate } from './migrate/migrate.js';
import { ClaimScan } from './verbs/claim-cleanups.js';
import { collectionState } from './verbs/collection-state.js';
import { create } from './verbs/create.js';
import { Expiry } from './verbs/expire-due.js';
import { forgetCleanups } from './verbs/forget-cleanups.js';
import { getCleanup } from './verbs/get-cleanup.js';
import { get } from './verbs/get.js';
import { listAttempts } from './verbs/list-attempts.js';
import { listCleanups } from './verbs/list-cleanups.js';
import { list } from './verbs/list.js';
import { pause } from './verbs/pause.js';
import { ping } from './verbs/ping.js';
import { Pruning } from './verbs/prune.js';
import { release } from './verbs/release.js';
import { renew } from './verbs/renew.js';
import { resume } from './verbs/resume.js';
import { retryCleanups } from './verbs/retry-cleanups.js';
import { settleCleanups } from './verbs/settle-cleanups.js';
import { stats } from './verbs/stats.js';

/**
 * Leases in one schema of a PostgreSQL database (15 or later): for any number of replicas at once, as durable as the
 * database is (S11). Each batch is one call of one function, alone in its transaction; all decisions are made there, on
 * rows that it locked and on the database's clock.
 *
 * A call costs a round trip and a commit, a further element in it little: wrap the store in `coalesce` where callers come
 * one by one.
 */
export class PostgresStore implements LeaseStore {
  readonly #database: Database;
  readonly #folding: Folding;
  readonly #expiry: Expiry;
  readonly #claims: ClaimScan;
  readonly #pruning: Pruning;

  private constructor(database: Database) {
    this.#database = database;
    this.#folding = new Folding(database);
    this.#expiry = new Expiry(database);
    this.#claims = new ClaimScan(database);
    this.#pruning = new Pruning(database, this.#folding);
  }

  /**
   * Brings the schema up to this version (see `migrate`), and opens the store. Nothing is created if nothing is lacking:
   * a role without the right to do so is enough, once another one has migrated.
   *
   * Rejects with `PostgresSchemaError` if the schema or the server cannot be used, with `StoreUnavailableError` if the
   * server cannot be reached. Throws a `TypeError` that names the option which is wrong.
   */
  static async open(options: DatabaseOptions): Promise<PostgresStore> {
    await migrate(options);
    return new PostgresStore(openDatabase(options));
  }

  create(commands: readonly CreateLease[]) {
    return this.#wrote(create(this.#database, commands));
  }

  renew(commands: readonly RenewLease[]) {
    return this.#wrote(renew(this.#database, commands));
  }

  release(commands: readonly ReleaseLease[]) {
    return this.#wrote(release(this.#database, commands));
  }

  get(leaseId: string) {
    return get(this.#database, leaseId);
  }

  list(query: ListLeases) {
    return list(this.#database, query);
  }

  expireDue(sweep: Sweep) {
    return this.#wrote(this.#expiry.expireDue(sweep));
  }

  claimCleanups(claim: ClaimCleanups) {
    return this.#wrote(this.#claims.claim(claim));
  }

  settleCleanups(outcomes: readonly CleanupOutcome[]) {
    return this.#wrote(settleCleanups(this.#database, outcomes));
  }

  getCleanup(cleanupId: string) {
    return getCleanup(this.#database, cleanupId);
  }

  listCleanups(query: ListCleanups) {
    return listCleanups(this.#database, query);
  }

  listAttempts(cleanupId: string, limit: number) {
    return listAttempts(this.#database, cleanupId, limit);
  }

  retryCleanups(commands: readonly RetryCleanup[]) {
    return this.#wrote(retryCleanups(this.#database, commands));
  }

  forgetCleanups(commands: readonly ForgetCleanup[]) {
    return this.#wrote(forgetCleanups(this.#database, commands));
  }

  pause(command: PauseCollection) {
    return pause(this.#database, command);
  }

  resume() {
    return resume(this.#database);
  }

  collectionState() {
    return collectionState(this.#database);
  }

  stats() {
    return stats(this.#database);
  }

  prune(command: Prune) {
    return this.#pruning.prune(command);
  }

  ping() {
    return ping(this.#database);
  }

  /** How the connections to the database are used, now. */
  connections(): ConnectionTally {
    return this.#database.connections();
  }

  async close(): Promise<void> {
    await this.#folding.idle();
    await this.#database.close();
  }

  /** What was written appended to the ledger, which is folded now and then. */
  async #wrote<T>(verb: Promise<T>): Promise<T> {
    const result = await verb;
    this.#folding.wrote();
    return result;
  }
}
