import type { Database } from './connection/database.js';

/** A write appends one to ten rows to the ledger, so that a fold finds some thousand: 10 to 20 ms of work. */
const WRITES_PER_FOLD = 256;

/** Rows that one call moves: several times what comes in between two folds, so that a backlog melts. */
const FOLD_LIMIT = 10_000;

/**
 * Keeps the ledger and the refunds short. Driven by writes, not by time: they grow by nothing else, and so it also happens
 * where nobody sweeps.
 */
export class Folding {
  readonly #database: Database;
  #writes = 0;
  #underWay: Promise<unknown> | undefined;

  constructor(database: Database) {
    this.#database = database;
  }

  /** To be called after each write. Now and then it folds, in the background. */
  wrote(): void {
    this.#writes += 1;
    if (this.#writes < WRITES_PER_FOLD || this.#underWay !== undefined) return;
    this.#writes = 0;
    const end = () => (this.#underWay = undefined);
    // The write itself is done and answered, so nobody is told of a failure here. What was not moved stays for the next
    // fold; and whoever prunes folds as well, and throws.
    this.#underWay = this.fold().then(end, end);
  }

  /** Moves what lies there into the totals and the quotas. */
  async fold(): Promise<void> {
    await this.#move('lease_fold_v1');
    await this.#move('lease_fold_refunds_v1');
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    await this.#underWay;
  }

  async #move(verb: 'lease_fold_v1' | 'lease_fold_refunds_v1'): Promise<void> {
    await this.#database.call('rpc', `select ${this.#database.schema}.${verb}($1::integer)`, [FOLD_LIMIT]);
  }
}
