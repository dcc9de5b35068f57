import {
  type CreateLease,
  type CreateResult,
  type Instant,
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
import { count, takeStock, type WitnessParts } from './stock.js';

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
    const { leases } = this.#parts;
    commands.forEach((command, i) => {
      const result = results[i];
      if (result === undefined) return;
      this.#expectStoreTime(result.now);
      if (result.outcome === 'done') leases.renewed(result.lease, result.now);
      else this.#judgeRefusal(command, result.reason);
    });
    await count(this.#parts);
  }

  async released(commands: readonly ReleaseLease[], results: readonly ReleaseResult[]): Promise<void> {
    const { leases, lives } = this.#parts;
    commands.forEach((command, i) => {
      const result = results[i];
      if (result === undefined) return;
      this.#expectStoreTime(result.now);
      if (result.outcome === 'refused') {
        if (result.reason !== 'CLEANUP_OWNED') this.#judgeRefusal(command, result.reason);
        return;
      }
      if (leases.get(command.leaseId)?.lease.state !== 'ACTIVE') {
        leases.shown(result.lease, 'a repeated release');
        return;
      }
      const known = leases.ended(result.lease);
      if (known !== undefined) lives.leaseEnded(known, command.disposition);
    });
    await takeStock(this.#parts);
  }

  async swept(sweep: Sweep, report: SweepReport): Promise<void> {
    const { holds, leases, lives, pauses, recoveries, store, storeNow, verdict } = this.#parts;
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
    }
    verdict.expect(
      ended === report.expired,
      'S16',
      () => `a sweep says it ended ${report.expired} leases, ${ended} did`,
    );
    const left = leases.allActive.map(({ lease }) => lease);
    recoveries.left(left, sweep, report, now);
    if (ended > 0) await takeStock(this.#parts);
  }

  async pruned(command: Prune, report: PruneReport): Promise<void> {
    const { cleanups, leases, store, storeNow, verdict } = this.#parts;
    if (report.cleanups > 0) cleanups.prunedSome = true;
    if (report.leases === 0) return;
    const before = storeNow() - command.endedLeasesOlderThanMs;
    let gone = 0;
    for (const { lease } of leases.all) {
      if ((await store.get(lease.leaseId)).lease !== undefined) continue;
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
