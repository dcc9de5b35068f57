import type { Sweep, SweepReport } from '@lease/core';
import type { Database } from '../connection/database.js';
import { LONGEST_MS } from './longest.js';

/**
 * Every so many sweeps of a replica, one waits for objects that are locked, 100 ms at most. The others pass over them: an
 * object on which somebody creates and releases all the time would keep its dead leases for ever.
 */
const WAIT_EVERY = 8;

/** Sweeps for one replica. */
export class Expiry {
  readonly #database: Database;
  #sweeps = 0;

  constructor(database: Database) {
    this.#database = database;
  }

  /** See `LeaseStore.expireDue`. */
  async expireDue({ limit, graceMs, brakeShare }: Sweep): Promise<SweepReport> {
    this.#sweeps += 1;
    const [row] = await this.#database.call<{ report: SweepReport }>(
      'sweep',
      `select ${this.#database.schema}.lease_expire_v1($1::integer, $2::bigint, $3::float8, $4::boolean) as report`,
      [limit, Math.min(graceMs, LONGEST_MS), brakeShare, this.#sweeps % WAIT_EVERY === 0],
    );
    if (row === undefined) throw new Error('the sweep was not answered');
    return row.report;
  }
}
