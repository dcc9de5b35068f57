import type { Sql } from 'postgres';

/**
 * Deadlocks that the server has broken in this database. A session tells of its own once a second, and when it ends: to be
 * asked when those of interest have ended.
 */
export async function deadlocksIn(sql: Sql): Promise<number> {
  const [row] = await sql<{ deadlocks: number }[]>`
    select deadlocks::integer as deadlocks from pg_stat_database where datname = current_database()`;
  if (row === undefined) throw new Error('the server keeps no statistics');
  return row.deadlocks;
}
