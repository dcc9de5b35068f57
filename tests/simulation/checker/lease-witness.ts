import {
  type CreateLease,
  type CreateResult,
  type Instant,
  type Lease,
  type LeaseStore,
  type Prune,
  type PruneReport,
  type ReleaseLease,
  type ReleaseResult,
  type RenewLease,
  type RenewResult,
  type Sweep,
  type SweepReport,
} from '@lease/core';
import { judgeCreate } from './judge-create.js';
import { leaseState } from './lease-book.js';
import { count, takeStock, type WitnessParts } from './stock.js';

/** Ended leases that are read after each sweep that ended some. */
const ENDED_SAMPLE = 3;

function isAnother(lease: Lease | undefined, { serviceId }: { readonly serviceId: string }): boolean {
  return lease !== undefined && lease.serviceId !== serviceId;
}

/** Sees every verb about leases that reaches the store, in the order in which they take effect, with its results. */
export class LeaseWitness {
  readonly #parts: WitnessParts;

  constructor(parts: WitnessParts) {
    this.#parts = parts;
  }

  async created(commands: readonly CreateLease[], results: readonly CreateResult[]): Promise<void> {
    commands.forEach((command, i) => {
      const result = results[i];
      if (result === undefined) return;
      this.#expectStoreTime(result.now);
      judgeCreate(command, result, this.#parts);
    });
    await takeStock(this.#parts);
  }

  async renewed(commands: readonly RenewLease[], results: readonly RenewResult[]): Promise<void> {
    const { holds, leases, pairs } = this.#parts;
    commands.forEach((command, i) => {
      const result = results[i];
      if (result === undefined) return;
      this.#expectStoreTime(result.now);
      const before = leases.get(command.leaseId)?.lease;
      const state = leases.stateOf(command.leaseId);
      if (result.outcome === 'done') {
        leases.renewed(result.lease, result.now);
        holds.renewed(command.leaseId, command.ttlMs ?? result.lease.ttlMs);
      } else this.#judgeRefusal(command, result.reason);
      const isLate = before !== undefined && result.now >= before.expireTime;
      const outcome = result.outcome === 'refused' ? result.reason : isLate ? 'ACTIVE (late)' : 'ACTIVE';
      pairs.met('lease', state, isAnother(before, command) ? 'renew as another service' : 'renew', outcome);
    });
    await count(this.#parts);
  }

  async released(commands: readonly ReleaseLease[], results: readonly ReleaseResult[]): Promise<void> {
    commands.forEach((command, i) => {
      const result = results[i];
      if (result === undefined) return;
      this.#expectStoreTime(result.now);
      const { leases, pairs } = this.#parts;
      const { disposition, leaseId } = command;
      const state = leases.stateOf(leaseId);
      const isAnothers = isAnother(leases.get(leaseId)?.lease, command);
      this.#judgeRelease(command, result);
      const outcome = result.outcome === 'refused' ? result.reason : leaseState(result.lease);
      pairs.met(
        'lease',
        state,
        isAnothers ? 'release as another service' : `release ${disposition}`,
        outcome,
      );
      if (outcome === 'CLEANUP_OWNED') pairs.met('object', 'HELD', 'a lease is kept', outcome);
    });
    await takeStock(this.#parts);
  }

  /** Somebody reads what stands. */
  got(leaseId: string, { lease }: Awaited<ReturnType<LeaseStore['get']>>): void {
    const { leases, pairs, verdict } = this.#parts;
    const state = leases.stateOf(leaseId);
    if (lease !== undefined) leases.shown(lease, 'a get');
    verdict.expect(
      lease !== undefined || state === 'none',
      'S3',
      () => `${state} lease ${leaseId} is not found`,
    );
    pairs.met('lease', state, 'get', lease === undefined ? 'none' : leaseState(lease));
  }

  #judgeRelease(command: ReleaseLease, result: ReleaseResult): void {
    const { leases, lives } = this.#parts;
    if (result.outcome === 'refused') {
      if (result.reason === 'CLEANUP_OWNED') this.#judgeOwned(command);
      else this.#judgeRefusal(command, result.reason);
      return;
    }
    if (leases.get(command.leaseId)?.lease.state !== 'ACTIVE') {
      leases.shown(result.lease, 'a repeated release');
      return;
    }
    const known = leases.ended(result.lease);
    if (known !== undefined) lives.leaseEnded(known, command.disposition);
  }

  async swept(sweep: Sweep, report: SweepReport): Promise<void> {
    const { holds, leases, lives, pairs, pauses, recoveries, store, storeNow, verdict } = this.#parts;
    const now = storeNow();
    pauses.swept(report, now);
    recoveries.swept(now);
    let ended = 0;
    for (const { lease: before } of report.expired === 0 ? [] : leases.allActive) {
      const { lease } = await store.get(before.leaseId);
      if (lease === undefined || lease.state === 'ACTIVE') continue;
      ended += 1;
      verdict.expect(
        now >= before.expireTime + sweep.graceMs && lease.state === 'EXPIRED',
        'S2',
        () =>
          `lease ${lease.leaseId} became ${lease.state} ${before.expireTime + sweep.graceMs - now} ms too early`,
      );
      recoveries.ended(before, now);
      holds.expired(lease.leaseId);
      const known = leases.ended(lease);
      if (known !== undefined) lives.leaseEnded(known, undefined);
      pairs.met('lease', 'ACTIVE', 'sweep', 'EXPIRED');
    }
    verdict.expect(
      ended === report.expired,
      'S16',
      () => `a sweep says it ended ${report.expired} leases, ${ended} did`,
    );
    const left = leases.allActive.map(({ lease }) => lease);
    recoveries.left(left, sweep, report, now);
    if (left.length > 0) {
      const isSpared = left.some(({ expireTime }) => expireTime + sweep.graceMs <= now);
      pairs.met('lease', 'ACTIVE', 'sweep', isSpared ? 'ACTIVE (spared)' : 'ACTIVE');
    }
    if (ended === 0) return;
    await this.#expectFinal();
    await takeStock(this.#parts);
  }

  /** A sweep leaves alone what has ended. */
  async #expectFinal(): Promise<void> {
    const { leases, pairs, store, verdict } = this.#parts;
    for (const { leaseId } of leases.sampleEnded(ENDED_SAMPLE)) {
      const { lease } = await store.get(leaseId);
      verdict.expect(lease !== undefined, 'S3', () => `ended lease ${leaseId} is gone after a sweep`);
      if (lease === undefined) continue;
      leases.shown(lease, 'a reading after a sweep');
      pairs.met('lease', leases.stateOf(leaseId), 'sweep', leaseState(lease));
    }
  }

  async pruned(command: Prune, report: PruneReport): Promise<void> {
    const { leases, pairs, store, storeNow, verdict } = this.#parts;
    if (report.leases === 0) return;
    const before = storeNow() - command.endedLeasesOlderThanMs;
    let gone = 0;
    for (const { lease } of leases.all) {
      const isLeft = (await store.get(lease.leaseId)).lease !== undefined;
      const state = leaseState(lease);
      pairs.met('lease', state, 'prune', isLeft ? state : 'none');
      if (isLeft) continue;
      gone += 1;
      verdict.expect(
        (lease.endTime ?? Infinity) < before,
        'S4',
        () => `lease ${lease.leaseId} was forgotten too early`,
      );
      leases.forgot(lease.leaseId);
    }
    verdict.expect(
      gone === report.leases,
      'S6',
      () => `a prune says ${report.leases} leases went, ${gone} did`,
    );
    await takeStock(this.#parts);
  }

  /** Only who owns the cleanup may keep the object, if there is one. */
  #judgeOwned({ leaseId, serviceId, disposition }: ReleaseLease): void {
    const { leases, lives, verdict } = this.#parts;
    const owner = lives.ownerOf(leases.get(leaseId)?.key ?? '');
    verdict.expect(
      disposition === 'KEEP' && owner !== undefined && owner !== serviceId,
      'ownership',
      () => `${disposition} of ${leaseId} was refused to ${serviceId}, owner is ${owner ?? 'nobody'}`,
    );
  }

  /** Whatever the clocks of replicas and clients say: one clock decides (S15). */
  #expectStoreTime(now: Instant): void {
    const { storeNow, verdict } = this.#parts;
    verdict.expect(
      now === storeNow(),
      'S15',
      () => `an answer is of ${now}, the store's clock reads ${storeNow()}`,
    );
  }

  #judgeRefusal({ leaseId, serviceId }: { leaseId: string; serviceId: string }, reason: string): void {
    const { leases, verdict } = this.#parts;
    const known = leases.get(leaseId)?.lease;
    const expected =
      known === undefined
        ? 'LEASE_NOT_FOUND'
        : known.serviceId !== serviceId
          ? 'NOT_LEASE_HOLDER'
          : known.state !== 'ACTIVE'
            ? 'LEASE_ENDED'
            : 'none';
    verdict.expect(
      reason === expected,
      'S3',
      () => `lease ${leaseId} was refused as ${reason}, expected ${expected}`,
    );
  }
}
