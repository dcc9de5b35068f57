import type { Cleanup, CleanupAttempt, CleanupClaim } from '../cleanup/cleanup.js';
import type { Instant } from '../clock/clock.js';
import type { Lease } from '../lease/lease.js';
import type { Random } from '../random/random.js';
import type {
  ClaimCleanups,
  CleanupOutcome,
  CleanupPage,
  ForgetCleanup,
  ListCleanups,
  RetryCleanup,
} from '../store/cleanup-verbs.js';
import type { CollectionState, PauseCollection, Prune, PruneReport, Sweep } from '../store/control-verbs.js';
import type { LeaseStore } from '../store/lease-store.js';
import type { CreateLease, LeasePage, ListLeases, ReleaseLease, RenewLease } from '../store/lease-verbs.js';
import { claimCleanups } from './claim.js';
import { createLease } from './create.js';
import { expireDue } from './expire-due.js';
import { forgetCleanup, retryCleanup } from './operator.js';
import { collectionState, pause, resume } from './pauses.js';
import { prunedBefore } from './recovery.js';
import { releaseLease } from './release.js';
import { renewLease } from './renew.js';
import type { Session } from './session.js';
import { settleCleanup } from './settle.js';
import { stats } from './stats.js';
import type { SerialTables } from './tables.js';
import { cleanupView, isPending, leaseView } from './views.js';

/** Commands that are written in one go: of 1,000 creates SQLite made a stall of 60 ms and more. */
const SLICE = 100;

export interface SerialStoreOptions {
  readonly tables: SerialTables;
  /** The store's clock; see `storeClock`. */
  readonly now: () => Instant;
  readonly random: Random;
}

/**
 * A store that one process owns: verbs run one at a time, each on one reading of the clock. The state machine of leases
 * and objects is here, once, for every store that works like that; where its records live is the tables' affair.
 */
export class SerialStore implements LeaseStore {
  readonly #tables: SerialTables;
  readonly #now: () => Instant;
  readonly #random: Random;

  constructor(options: SerialStoreOptions) {
    this.#tables = options.tables;
    this.#now = options.now;
    this.#random = options.random;
  }

  create(commands: readonly CreateLease[]) {
    return this.#writeEach(commands, createLease);
  }

  renew(commands: readonly RenewLease[]) {
    return this.#writeEach(commands, renewLease);
  }

  release(commands: readonly ReleaseLease[]) {
    return this.#writeEach(commands, releaseLease);
  }

  get(leaseId: string): Promise<{ readonly lease?: Lease; readonly now: Instant }> {
    return this.#read(({ tables, now }) => {
      const lease = tables.lease(leaseId);
      return lease === undefined ? { now } : { lease: leaseView(lease), now };
    });
  }

  list(query: ListLeases): Promise<LeasePage> {
    return this.#read(({ tables, now }) => {
      const { rows, nextCursor } = tables.leases(query);
      return { leases: rows.map(leaseView), ...(nextCursor !== undefined && { nextCursor }), now };
    });
  }

  expireDue(sweep: Sweep) {
    return this.#write((session) => expireDue(session, sweep));
  }

  claimCleanups(claim: ClaimCleanups): Promise<readonly CleanupClaim[]> {
    return this.#write((session) => claimCleanups(session, claim));
  }

  settleCleanups(outcomes: readonly CleanupOutcome[]) {
    return this.#writeEach(outcomes, settleCleanup);
  }

  getCleanup(cleanupId: string): Promise<Cleanup | undefined> {
    return this.#read(({ tables }) => {
      const object = tables.objectOfCleanup(cleanupId);
      return object !== undefined && isPending(object) ? cleanupView(object) : tables.finished(cleanupId);
    });
  }

  listCleanups(query: ListCleanups): Promise<CleanupPage> {
    return this.#read(({ tables, now }) => {
      const { state } = query;
      const finished = state === 'COLLECTED' || state === 'REVIVED' || state === 'FORGOTTEN';
      const { rows, nextCursor } = finished ? tables.finishedPage(query) : tables.pending(query);
      return { cleanups: rows, ...(nextCursor !== undefined && { nextCursor }), now };
    });
  }

  listAttempts(cleanupId: string, limit: number): Promise<readonly CleanupAttempt[]> {
    return this.#read(({ tables }) => tables.attempts(cleanupId, limit));
  }

  retryCleanups(commands: readonly RetryCleanup[]) {
    return this.#writeEach(commands, retryCleanup);
  }

  forgetCleanups(commands: readonly ForgetCleanup[]) {
    return this.#writeEach(commands, forgetCleanup);
  }

  pause(command: PauseCollection): Promise<CollectionState> {
    return this.#write((session) => pause(session, command));
  }

  resume(): Promise<CollectionState> {
    return this.#write(resume);
  }

  collectionState(): Promise<CollectionState> {
    return this.#read(({ tables, now }) => collectionState(tables.control, now));
  }

  stats() {
    return this.#read(stats);
  }

  prune(command: Prune): Promise<PruneReport> {
    return this.#write(({ tables, now }) => {
      const { endedLeasesOlderThanMs, finishedCleanupsOlderThanMs, limit } = command;
      const { control } = tables;
      const leases = tables.pruneLeases(prunedBefore(control, now, endedLeasesOlderThanMs), limit);
      const cleanups = tables.pruneFinished(prunedBefore(control, now, finishedCleanupsOlderThanMs), limit);
      return { leases, cleanups, more: Math.max(leases, cleanups) === limit };
    });
  }

  async ping(): Promise<void> {
    await this.#write(({ tables, now }) => {
      tables.saveControl(now);
    });
  }

  close(): Promise<void> {
    return this.#tables.close();
  }

  #read<T>(work: (session: Session) => T): Promise<T> {
    return this.#tables.read(() => work(this.#session()));
  }

  #write<T>(work: (session: Session) => T): Promise<T> {
    return this.#tables.write(() => work(this.#session()));
  }

  /** A batch is no transaction: a long one is written in slices, between which the tables may serve others. */
  async #writeEach<Command, Result>(
    commands: readonly Command[],
    verb: (session: Session, command: Command) => Result,
  ): Promise<readonly Result[]> {
    const slices: Promise<Result[]>[] = [];
    for (let start = 0; start < commands.length; start += SLICE) {
      const slice = commands.slice(start, start + SLICE);
      slices.push(this.#write((session) => slice.map((command) => verb(session, command))));
    }
    return (await Promise.all(slices)).flat();
  }

  #session(): Session {
    return { tables: this.#tables, now: this.#now(), random: this.#random };
  }
}
