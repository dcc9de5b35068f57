import type postgres from 'postgres';
import { sqlClient } from '../../helpers/postgres/index.js';
import { type OpenSchema, PLANNER } from './open-schema.js';

/** What is folded or counted lies in others. */
export const GROWING_TABLES = ['lease', 'object', 'service', 'attempt', 'finished'];

/** One session, which keeps its plans, as those of the adapter do; says what work in it reads. */
export class CountingSession implements AsyncDisposable {
  readonly #sql: postgres.Sql;
  readonly #schema: string;

  constructor({ url, schema }: OpenSchema) {
    this.#sql = sqlClient(url, { max: 1, connection: { search_path: schema, ...PLANNER } });
    this.#schema = schema;
  }

  /** Does its work, in a transaction that is rolled back; resolves with how many rows or index entries were read. */
  async visits(work: (sql: postgres.Sql) => Promise<unknown>): Promise<number> {
    const rolledBack = new Error('rolled back');
    const before = await this.#read();
    await this.#sql
      .begin(async (transaction) => {
        await work(transaction as unknown as postgres.Sql);
        throw rolledBack;
      })
      .catch((error: unknown) => {
        if (error !== rolledBack) throw error;
      });
    return (await this.#read()) - before;
  }

  async #read(): Promise<number> {
    await this.#sql`select pg_stat_force_next_flush()`;
    const [row] = await this.#sql<{ rows: number; entries: number }[]>`
      select (select sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) from pg_stat_user_tables
          where schemaname = ${this.#schema} and relname = any (${GROWING_TABLES}))::int as rows,
        (select sum(idx_tup_read) from pg_stat_user_indexes
          where schemaname = ${this.#schema} and relname = any (${GROWING_TABLES}))::int as entries`;
    return Math.max(row?.rows ?? 0, row?.entries ?? 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#sql.end();
  }
}
