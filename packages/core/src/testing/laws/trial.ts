import type { Cleanup, CleanupClaim } from '../../cleanup/cleanup.js';
import type { Lease } from '../../lease/lease.js';
import type { ObjectRef } from '../../lease/object-ref.js';
import type { ClaimCleanups, CleanupOutcome, ListCleanups, SettleResult } from '../../store/cleanup-verbs.js';
import type { Sweep, SweepReport } from '../../store/control-verbs.js';
import type { LeaseStore } from '../../store/lease-store.js';
import type {
  CreateLease,
  CreateResult,
  ListLeases,
  ReleaseResult,
  RenewResult,
} from '../../store/lease-verbs.js';
import type { Disposition } from '../../lease/lease.js';
import { createCommand, type CreateCommandParts, httpCleanup, objectRef } from '../builders.js';
import { check, checkEqual, LawBroken, present } from '../check.js';
import { seededRandom } from '../seeded-random.js';
import type { LawContext, StoreTime } from '../store-law.js';

/** How often a trial sweeps while time passes: as often as S14 wants. */
const HEARTBEAT_MS = 500;

/** The kinds of outcome that carry no more than their kind, and those that carry more. */
export type Settling =
  | 'done'
  | 'unstarted'
  | { readonly kind: 'fail'; readonly abandonReason?: 'TERMINAL_ANSWER' | 'TARGET_FORBIDDEN' }
  | {
      readonly kind: 'retry';
      readonly contact?: 'answered' | 'unanswered' | 'unreached';
      readonly delayMs?: number;
      readonly abandonReason?: 'ATTEMPTS_EXHAUSTED' | 'ENDPOINT_NOT_FOUND';
    };

/** One law, tried on one store: the verbs with defaults that most laws share. Every default can be overridden. */
export class Trial {
  readonly random = seededRandom(1);
  readonly #context: LawContext;

  constructor(context: LawContext) {
    this.#context = context;
  }

  get store(): LeaseStore {
    return this.#context.store;
  }

  get time(): StoreTime {
    return this.#context.time;
  }

  reopen(): Promise<void> {
    return this.#context.reopen();
  }

  /** An object that no other call names. */
  object(type?: string): ObjectRef {
    return objectRef(`object-${this.random.uuid()}`, type);
  }

  /** A create command under a new id, on a new object, without a cleanup. */
  command(parts: Partial<CreateCommandParts> = {}): CreateLease {
    return createCommand({ leaseId: this.random.uuid(), ...parts });
  }

  async tryCreate(parts: Partial<CreateCommandParts> | CreateLease = {}): Promise<CreateResult> {
    const command = 'requestHash' in parts ? parts : this.command(parts);
    return one(await this.store.create([command]));
  }

  /** Takes a lease, which must succeed. */
  async create(parts: Partial<CreateCommandParts> | CreateLease = {}): Promise<Lease> {
    return done(await this.tryCreate(parts));
  }

  /** Takes a lease with a cleanup, which must succeed. */
  createCollectable(parts: Partial<CreateCommandParts> = {}): Promise<Lease> {
    return this.create({ cleanup: httpCleanup(), ...parts });
  }

  async renew(lease: Lease, ttlMs?: number): Promise<RenewResult> {
    const { leaseId, serviceId } = lease;
    const command = ttlMs === undefined ? { leaseId, serviceId } : { leaseId, serviceId, ttlMs };
    return one(await this.store.renew([command]));
  }

  async release(lease: Lease, disposition: Disposition = 'COLLECT'): Promise<ReleaseResult> {
    const { leaseId, serviceId } = lease;
    return one(await this.store.release([{ leaseId, serviceId, disposition }]));
  }

  /** The lease as the store has it now; it must be there. */
  async read({ leaseId }: Lease): Promise<Lease> {
    return present((await this.store.get(leaseId)).lease, `lease ${leaseId}`);
  }

  /** The store's clock. */
  async now(): Promise<number> {
    return (await this.store.collectionState()).now;
  }

  /** One sweep. Defaults: up to 1,000 leases, no grace, the brake as shipped. */
  sweep(sweep: Partial<Sweep> = {}): Promise<SweepReport> {
    return this.store.expireDue({ limit: 1_000, graceMs: 0, brakeShare: 0.25, ...sweep });
  }

  /** Time passes while somebody sweeps: no gap, and what falls overdue ends. */
  async elapse(ms: number, sweep: Partial<Sweep> = {}): Promise<void> {
    await this.sweep(sweep);
    for (let leftMs = ms; leftMs > 0; leftMs -= HEARTBEAT_MS) {
      await this.time.advance(Math.min(leftMs, HEARTBEAT_MS));
      await this.sweep(sweep);
    }
  }

  /** Lets the lease run out and a sweep end it. */
  async expire(lease: Lease): Promise<Lease> {
    await this.elapse(lease.expireTime - (await this.now()));
    const ended = await this.read(lease);
    check(ended.state === 'EXPIRED', `a lease past its time expires, but it is ${ended.state}`);
    return ended;
  }

  /** Claims. Defaults: as `claimant-a`, up to 100 in all and of each endpoint, for 40 s. */
  claim(claim: Partial<ClaimCleanups> = {}): Promise<readonly CleanupClaim[]> {
    const defaults = { claimant: 'claimant-a', limit: 100, perEndpointLimit: 100, claimMs: 40_000 };
    return this.store.claimCleanups({ ...defaults, busyEndpoints: [], ...claim });
  }

  /** Claims, which must find exactly one cleanup. */
  async claimOne(claim: Partial<ClaimCleanups> = {}): Promise<CleanupClaim> {
    const claims = await this.claim(claim);
    checkEqual(claims.length, 1, 'claimed cleanups');
    return one(claims);
  }

  async settle(claim: CleanupClaim, settling: Settling): Promise<SettleResult> {
    return one(await this.store.settleCleanups([outcomeOf(claim, settling)]));
  }

  /** Settles, which the store must accept. */
  async settled(claim: CleanupClaim, settling: Settling): Promise<void> {
    checkEqual(await this.settle(claim, settling), 'settled', `outcome of attempt ${claim.attempt}`);
  }

  /** Takes and releases a lease, so that its object is due. Returns the lease. */
  async fallDue(parts: Partial<CreateCommandParts> = {}): Promise<Lease> {
    return done(await this.release(await this.createCollectable(parts)));
  }

  /** Makes an object whose cleanup is abandoned, which must be the only due one. */
  async fallAbandoned(parts: Partial<CreateCommandParts> = {}): Promise<CleanupClaim> {
    await this.fallDue(parts);
    const claim = await this.claimOne();
    await this.settled(claim, { kind: 'fail' });
    return claim;
  }

  async cleanup({ cleanupId }: { readonly cleanupId: string }): Promise<Cleanup> {
    return present(await this.store.getCleanup(cleanupId), `cleanup ${cleanupId}`);
  }

  /** Every page of a listing, two rows at a time unless the query says otherwise. */
  async leases(query: Partial<ListLeases> = {}): Promise<Lease[]> {
    const all: Lease[] = [];
    let page = await this.store.list({ limit: 2, ...query });
    all.push(...page.leases);
    while (page.nextCursor !== undefined) {
      page = await this.store.list({ limit: 2, ...query, cursor: page.nextCursor });
      all.push(...page.leases);
    }
    return all;
  }

  /** Every page of a listing, two rows at a time unless the query says otherwise. */
  async cleanups(query: Partial<ListCleanups> = {}): Promise<Cleanup[]> {
    const all: Cleanup[] = [];
    let page = await this.store.listCleanups({ limit: 2, ...query });
    all.push(...page.cleanups);
    while (page.nextCursor !== undefined) {
      page = await this.store.listCleanups({ limit: 2, ...query, cursor: page.nextCursor });
      all.push(...page.cleanups);
    }
    return all;
  }
}

/** The lease of an answer that must be no refusal. */
export function done(result: CreateResult | RenewResult | ReleaseResult): Lease {
  if (result.outcome === 'refused') throw new LawBroken(`refused: ${result.reason}`);
  return result.lease;
}

/** Fails unless the answer is a refusal for this reason. */
export function checkRefused(result: CreateResult | RenewResult | ReleaseResult, reason: string): void {
  checkEqual(result.outcome === 'refused' ? result.reason : result.outcome, reason, 'answer');
}

/** The only item. */
export function one<T>(items: readonly T[]): T {
  checkEqual(items.length, 1, 'items');
  return items[0] as T;
}

/** The outcome that a claimant reports. */
export function outcomeOf({ cleanupId, object, fence }: CleanupClaim, settling: Settling): CleanupOutcome {
  const of = { cleanupId, object, fence };
  if (typeof settling === 'string') return { ...of, kind: settling };
  if (settling.kind === 'fail') return { ...of, abandonReason: 'TERMINAL_ANSWER', ...settling };
  return { ...of, contact: 'answered', delayMs: 0, abandonReason: 'ATTEMPTS_EXHAUSTED', ...settling };
}
