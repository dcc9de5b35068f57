import type { Cleanup, CleanupAttempt, CleanupClaim } from '../cleanup/cleanup.js';
import type { Instant } from '../clock/clock.js';
import type { Lease } from '../lease/lease.js';
import type {
  ClaimCleanups,
  CleanupOutcome,
  CleanupPage,
  ForgetCleanup,
  ForgetCleanupResult,
  ListCleanups,
  RetryCleanup,
  RetryCleanupResult,
  SettleResult,
} from './cleanup-verbs.js';
import type {
  CollectionState,
  PauseCollection,
  Prune,
  PruneReport,
  StoreStats,
  Sweep,
  SweepReport,
} from './control-verbs.js';
import type {
  CreateLease,
  CreateResult,
  LeasePage,
  ListLeases,
  ReleaseLease,
  ReleaseResult,
  RenewLease,
  RenewResult,
} from './lease-verbs.js';

/**
 * Where leases live. The verbs are intents, each atomic and judged by the store alone, on its own clock.
 *
 * Writes take arrays. A batch is no transaction: each element is atomic alone and answered alone, `results[i]` for
 * `commands[i]`; a bad one never fails its neighbours, and an element may name the same lease or object as another.
 * A refusal is a value. What is thrown is a `StoreUnavailableError`, after which the batch may or may not have happened.
 */
export interface LeaseStore {
  /** Takes leases; revives objects that are due or abandoned. Idempotent by `leaseId` and request. */
  create(commands: readonly CreateLease[]): Promise<readonly CreateResult[]>;
  /** Extends active leases, also late ones that no sweep has ended yet. The hot path: never touches an object. */
  renew(commands: readonly RenewLease[]): Promise<readonly RenewResult[]>;
  /** Ends leases for their holders. The last one on an object makes it due at once, or drops its cleanup. */
  release(commands: readonly ReleaseLease[]): Promise<readonly ReleaseResult[]>;
  /** The lease as it is now, ended or not, within the retention. */
  get(leaseId: string): Promise<{ readonly lease?: Lease; readonly now: Instant }>;
  list(query: ListLeases): Promise<LeasePage>;

  /** One step of the sweep: finds overdue leases and ends them; writes the heartbeat of S14. */
  expireDue(sweep: Sweep): Promise<SweepReport>;
  /** One step of collection: due cleanups, and those whose claim ran out, become the claimant's. */
  claimCleanups(claim: ClaimCleanups): Promise<readonly CleanupClaim[]>;
  /** Records outcomes and appends them to the history in the same step. Idempotent by fence and kind. */
  settleCleanups(outcomes: readonly CleanupOutcome[]): Promise<readonly SettleResult[]>;

  /** An open, abandoned or finished cleanup, within the retention. */
  getCleanup(cleanupId: string): Promise<Cleanup | undefined>;
  listCleanups(query: ListCleanups): Promise<CleanupPage>;
  /** A cleanup's attempts in the order of their fences, at most `limit`, the last ones if there are more. */
  listAttempts(cleanupId: string, limit: number): Promise<readonly CleanupAttempt[]>;
  retryCleanups(commands: readonly RetryCleanup[]): Promise<readonly RetryCleanupResult[]>;
  forgetCleanups(commands: readonly ForgetCleanup[]): Promise<readonly ForgetCleanupResult[]>;

  pause(command: PauseCollection): Promise<CollectionState>;
  /**
   * Ends every pause in force, and the recovery after a gap. A brake that was lifted does not hold again before expiry has
   * caught up and the partition that pulled it is over, see `BRAKE`.
   */
  resume(): Promise<CollectionState>;
  collectionState(): Promise<CollectionState>;
  stats(): Promise<StoreStats>;
  prune(command: Prune): Promise<PruneReport>;
  /** Resolves if the store can be read and written now. */
  ping(): Promise<void>;
  /** Waits for what is under way; later calls throw `StoreUnavailableError`. */
  close(): Promise<void>;
}
