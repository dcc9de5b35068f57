import type { Sql } from 'postgres';
import type { Event } from './event.js';

/** All that was committed, in order. */
export async function readLog(sql: Sql, schema: string): Promise<readonly Event[]> {
  return sql.unsafe<Event[]>(`select tx::text, noun, op, "row" from "${schema}".race_log order by seq`);
}
