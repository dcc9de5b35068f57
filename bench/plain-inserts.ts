import { randomUUID } from 'node:crypto';
import postgres from 'postgres';
import { perSecond } from './per-second.js';

const CONNECTIONS = 16;

/**
 * B, what PostgreSQL figures are measured against: rows per second that plain inserts make, one per transaction, over 16
 * connections, into a table with the columns, the indexes and the fillfactor of the leases in `schema`, without triggers.
 */
export class PlainInserts implements AsyncDisposable {
  readonly #sql: postgres.Sql;
  #made = 0;

  private constructor(sql: postgres.Sql) {
    this.#sql = sql;
  }

  static async open(url: string, schema: string): Promise<PlainInserts> {
    const sql = postgres(url, { max: CONNECTIONS, fetch_types: false });
    await sql`create table plain (like ${sql(schema)}.lease including all)`;
    return new PlainInserts(sql);
  }

  perSecond(durationMs: number): Promise<number> {
    return perSecond(CONNECTIONS, durationMs, async () => {
      const number = this.#made++;
      await this.#sql`
        insert into plain (lease_id, object_key, service_id, has_cleanup, revived, prior_attempts, generation, ttl_ms,
          create_time, expire_time, renew_time, check_at, request_hash, metadata)
        select ${randomUUID()}::uuid, ${`custom/object-${number}`}, ${`service-${number % 16}`}, false, false, 0,
          ${number}::bigint, 300000, t, t + '5 min', t, t + '5 min', ${'f'.repeat(64)},
          ${`[["made","${number}"]]`}::text::jsonb
        from clock_timestamp() t`;
      return 1;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#sql.end();
  }
}
