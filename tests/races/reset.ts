import type { Sql } from 'postgres';

/** Refunds before services: that is the order in which a fold in the background, which may just run, wants them. */
const TABLES = [
  'ledger',
  'service_refund',
  'service',
  'lease',
  'object',
  'attempt',
  'finished',
  'loss_step',
  'renewal_step',
];

/** Empties the store, and the tables that a test added to its schema. */
export async function reset(sql: Sql, within: string, added: readonly string[]): Promise<void> {
  await sql.unsafe(`
    delete from ${within}.total;
    truncate ${[...TABLES, ...added].map((table) => `${within}.${table}`).join(', ')};
    insert into ${within}.total default values;
    delete from ${within}.control;
    insert into ${within}.control default values;
  `);
}
