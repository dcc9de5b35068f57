import type { LeaseRow, Op } from '../log/event.js';
import type { Violations } from './violations.js';

/** Follows every lease from version to version. */
export class LeaseBook {
  readonly #violations: Violations;
  readonly #graceMs: number;
  readonly #leases = new Map<string, LeaseRow>();

  /** `graceMs`: that of all sweeps. */
  constructor(violations: Violations, graceMs: number) {
    this.#violations = violations;
    this.#graceMs = graceMs;
  }

  note(op: Op, row: LeaseRow): void {
    const before = this.#leases.get(row.leaseId);
    if (op === 'DELETE') {
      this.#violations.unless(before?.state !== 'ACTIVE', 'S3', `${name(row)} was pruned while active`);
      this.#leases.delete(row.leaseId);
      return;
    }
    this.#leases.set(row.leaseId, row);
    if (op === 'INSERT') {
      this.#violations.unless(before === undefined, 'S12', `${name(row)} was made twice`);
      this.#violations.unless(row.state === 'ACTIVE', 'S3', `${name(row)} began ${row.state}`);
    } else if (before !== undefined) this.#change(before, row);
  }

  #change(before: LeaseRow, row: LeaseRow): void {
    const { unless, renewed } = {
      unless: this.#violations.unless.bind(this.#violations),
      renewed: row.renewalCount - before.renewalCount,
    };
    if (before.state !== 'ACTIVE') {
      unless(renewed === 0, 'S4', `${name(row)} was renewed after it had ended`);
      unless(row.state === before.state, 'S3', `${name(row)} left its final state ${before.state}`);
      return;
    }
    unless(
      row.renewTime >= before.renewTime,
      'S15',
      `${name(row)} was renewed at ${row.renewTime}, before ${before.renewTime}`,
    );
    unless(
      row.expireTime >= before.expireTime,
      'S2',
      `${name(row)} lost ${before.expireTime - row.expireTime} ms of its time`,
    );
    if (row.state === 'ACTIVE') {
      unless(
        renewed === 0 || renewed === 1,
        'S3',
        `${name(row)} went from ${before.renewalCount} to ${row.renewalCount} renewals`,
      );
      return;
    }
    const endTime = row.endTime ?? 0;
    unless(renewed === 0, 'S3', `${name(row)} was renewed and ended in one step`);
    unless(
      endTime >= before.renewTime,
      'S15',
      `${name(row)} ended at ${endTime}, before its renewal at ${before.renewTime}`,
    );
    if (row.state === 'EXPIRED') {
      const early = before.expireTime + this.#graceMs - endTime;
      unless(early <= 0, 'S2', `${name(row)} expired ${early} ms before its expire time and the grace`);
    }
  }
}

const name = ({ leaseId }: LeaseRow) => `lease ${leaseId}`;
