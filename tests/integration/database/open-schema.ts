import { PostgresStore } from '@lease/storage-postgres';
import type postgres from 'postgres';
import { freshSchema, sqlClient } from '../../helpers/postgres/index.js';

/** A store in a schema of its own, and a plain client that looks into that schema. */
export interface OpenSchema {
  readonly url: string;
  readonly schema: string;
  readonly store: PostgresStore;
  readonly sql: postgres.Sql;
}

/** What the planner is told in every call of the adapter. */
export const PLANNER = { plan_cache_mode: 'force_generic_plan', jit: 'off', enable_seqscan: 'off' };

/** With migrated tables, empty, on the database's clock. */
export async function openSchema(): Promise<OpenSchema> {
  const { url, schema } = freshSchema();
  const store = await PostgresStore.open({ url, schema });
  const sql = sqlClient(url, { connection: { search_path: schema, TimeZone: 'UTC', ...PLANNER } });
  return { url, schema, store, sql };
}

/** Puts the store's clock into the hands of the test; it stands until it is moved. */
export async function holdClock({ sql, schema }: OpenSchema): Promise<HeldClock> {
  const clock = sql(schema);
  await sql`create table ${clock}.held_clock as select ${clock}.lease_now() as now`;
  await sql.unsafe(
    `create or replace function "${schema}".lease_now() returns timestamptz language sql volatile
     return (select now from "${schema}".held_clock)`,
  );
  return {
    async advance(ms) {
      await sql`update ${clock}.held_clock set now = now + ${ms} * interval '1 ms'`;
    },
  };
}

export interface HeldClock {
  advance(ms: number): Promise<void>;
}

/** The one value of the one row. */
export async function valueOf(query: Promise<readonly Record<string, unknown>[]>): Promise<unknown> {
  const [row] = await query;
  return row && Object.values(row)[0];
}
