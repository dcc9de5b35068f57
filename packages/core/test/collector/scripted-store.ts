import type {
  ClaimCleanups,
  CleanupClaim,
  CleanupOutcome,
  CleanupTarget,
  LeaseStore,
  Prune,
  PruneReport,
  RetryPolicy,
  SettleResult,
  Sweep,
  SweepReport,
} from '../../src/index.js';
import { DEFAULT_RETRY_POLICY, StoreUnavailableError } from '../../src/index.js';

export const QUIET: SweepReport = {
  status: 'swept',
  expired: 0,
  rearmed: 0,
  skipped: 0,
  due: 0,
  nextInMs: 500,
};

/** The four verbs that a collector calls, over a list of due claims. Each can be replaced, and made unavailable. */
export class ScriptedStore {
  /** Due, in order. A claim takes from it, a retry does not put back. */
  due: CleanupClaim[] = [];
  readonly sweeps: Sweep[] = [];
  readonly claims: ClaimCleanups[] = [];
  /** Batches of outcomes that were offered. */
  readonly settles: (readonly CleanupOutcome[])[] = [];
  readonly prunes: Prune[] = [];
  unavailable = false;

  onSweep: (sweep: Sweep) => SweepReport | Promise<SweepReport> = () => QUIET;
  onClaim: (claim: ClaimCleanups) => readonly CleanupClaim[] | Promise<readonly CleanupClaim[]> = (claim) =>
    this.takeDue(claim);
  onSettle: (
    outcomes: readonly CleanupOutcome[],
  ) => readonly SettleResult[] | Promise<readonly SettleResult[]> = (outcomes) =>
    outcomes.map(() => 'settled');
  onPrune: (prune: Prune) => PruneReport | Promise<PruneReport> = () => ({
    leases: 0,
    cleanups: 0,
    more: false,
  });

  /** As a store: only these verbs may be called. */
  get store(): LeaseStore {
    const verbs: Partial<LeaseStore> = {
      expireDue: (sweep) => this.#call(this.sweeps, sweep, (it) => this.onSweep(it)),
      claimCleanups: (claim) => this.#call(this.claims, claim, (it) => this.onClaim(it)),
      settleCleanups: (outcomes) => this.#call(this.settles, outcomes, (it) => this.onSettle(it)),
      prune: (prune) => this.#call(this.prunes, prune, (it) => this.onPrune(it)),
    };
    return verbs as LeaseStore;
  }

  /** Every outcome that was offered, in order. */
  get outcomes(): readonly CleanupOutcome[] {
    return this.settles.flat();
  }

  /** As a store claims: in order, within the limits. */
  takeDue({ limit, perEndpointLimit, busyEndpoints }: ClaimCleanups): readonly CleanupClaim[] {
    const counts = new Map<string, number>();
    const taken = new Set<CleanupClaim>();
    for (const claim of this.due) {
      if (taken.size >= limit) break;
      const count = counts.get(claim.endpoint) ?? 0;
      if (busyEndpoints.includes(claim.endpoint) || count >= perEndpointLimit) continue;
      counts.set(claim.endpoint, count + 1);
      taken.add(claim);
    }
    this.due = this.due.filter((claim) => !taken.has(claim));
    return [...taken];
  }

  async #call<C, R>(calls: C[], command: C, answer: (command: C) => R | Promise<R>): Promise<R> {
    calls.push(command);
    await Promise.resolve();
    if (this.unavailable) throw new StoreUnavailableError('the database is away');
    return answer(command);
  }
}

export interface ClaimParts {
  /** Default `http://a.test`. */
  readonly endpoint?: string;
  /** Default: HTTP at the endpoint. */
  readonly target?: CleanupTarget;
  readonly attempt?: number;
  readonly objectType?: string;
  readonly retry?: Partial<RetryPolicy>;
}

/** A claim on cleanup `c-<n>`, under fence n. */
export function claimOf(n: number, parts: ClaimParts = {}): CleanupClaim {
  const { endpoint = 'http://a.test', attempt = 1, objectType = 'custom' } = parts;
  const target = parts.target ?? {
    kind: 'http',
    url: `${endpoint}/cleanup`,
    headers: new Map(),
    notFoundIsDone: false,
  };
  return {
    cleanupId: `c-${n}`,
    object: { type: objectType, id: `o-${n}` },
    generation: 1,
    fence: n,
    attempt,
    reason: 'EXPIRED',
    dueTime: 0,
    lastLeaseId: `l-${n}`,
    leaseId: `l-${n}`,
    serviceId: 'service-a',
    metadata: new Map(),
    spec: { target, payload: '', retry: { ...DEFAULT_RETRY_POLICY, ...parts.retry } },
    endpoint,
  };
}

export function claimsOf(count: number, parts: ClaimParts = {}, from = 1): CleanupClaim[] {
  return Array.from({ length: count }, (_, index) => claimOf(from + index, parts));
}
