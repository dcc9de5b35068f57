import type postgres from 'postgres';

type Statements = Pick<postgres.Sql, 'unsafe'>;

/** The one place where a store in this schema reads its time reads a table from now on: it stands until a test moves it. */
export async function replaceClock(sql: Statements, schema: string): Promise<void> {
  await sql.unsafe(
    `create table "${schema}".test_clock (ms) as values (0::bigint);
     create or replace function "${schema}".lease_now() returns timestamptz language sql volatile
       return (select to_timestamp(ms / 1000.0) from "${schema}".test_clock)`,
  );
}

export async function setClock(sql: Statements, schema: string, ms: number): Promise<void> {
  await sql.unsafe(`update "${schema}".test_clock set ms = ${Math.round(ms)}`);
}
