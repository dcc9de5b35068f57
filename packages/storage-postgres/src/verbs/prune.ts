import type { Prune, PruneReport } from '@lease/core';
import type { Database } from '../connection/database.js';
import type { Folding } from '../folding.js';
import { LONGEST_MS } from './longest.js';

interface PruneRow {
  readonly leases: number;
  readonly finished: number;
  readonly attempts: number;
  readonly last_service: string;
}

/** Prunes, each step from the service on at which the step before it stopped. */
export class Pruning {
  readonly #database: Database;
  readonly #folding: Folding;
  /** The service that was looked at last. */
  #lastService = '';

  constructor(database: Database, folding: Folding) {
    this.#database = database;
    this.#folding = folding;
  }

  /** See `LeaseStore.prune`. */
  async prune(command: Prune): Promise<PruneReport> {
    const { endedLeasesOlderThanMs, finishedCleanupsOlderThanMs, limit } = command;
    await this.#folding.fold();
    const [row] = await this.#database.call<PruneRow>(
      'sweep',
      `select * from ${this.#database.schema}.lease_prune_v1($1::bigint, $2::bigint, $3::integer, $4::text)`,
      [
        Math.min(endedLeasesOlderThanMs, LONGEST_MS),
        Math.min(finishedCleanupsOlderThanMs, LONGEST_MS),
        limit,
        this.#lastService,
      ],
    );
    if (row === undefined) throw new Error('a step of pruning without a report');
    this.#lastService = row.last_service;
    const { leases } = row;
    const cleanups = Math.max(row.finished, row.attempts);
    return { leases, cleanups, more: Math.max(leases, cleanups) === limit };
  }
}
