import type { Sql } from 'postgres';

/** Ids of the objects and the columns that stand in the log, by table. */
const COLUMNS = {
  lease: [
    'lease_id',
    'object_key',
    'service_id',
    'state',
    'disposition',
    'request_hash',
    'generation',
    'renewal_count',
    'create_time',
    'expire_time',
    'renew_time',
    'end_time',
  ],
  object: [
    'object_key',
    'state',
    'active',
    'generation',
    'owner_service',
    'cleanup_hash',
    'cleanup_id',
    'attempt',
    'unanswered',
    'fence',
    'due_at',
    'due_time',
    'claim_time',
    'abandon_time',
  ],
  attempt: ['fence', 'cleanup_id', 'attempt', 'outcome', 'claim_time', 'settle_time'],
  finished: ['cleanup_id', 'state', 'object_key', 'generation', 'end_time'],
} as const;

const camel = (column: string) => column.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
const INSTANT = /_(time|at)$/;

/**
 * Lets the schema keep a log of every change. A number is drawn while the row is locked, so that for each row, and for all
 * that happens under one object's lock, the order of the numbers is the order of the commits. What is rolled back is not in it.
 *
 * `lingerShare`: the share of the changes that take up to 3 ms longer, inside their locks, so that others meet them.
 */
export async function installLog(sql: Sql, schema: string, lingerShare: number): Promise<void> {
  const within = `"${schema}"`;
  await sql.unsafe(`
    create sequence ${within}.race_seq;
    create table ${within}.race_log (
      seq bigint not null default nextval('${within}.race_seq'), tx xid8 not null default pg_current_xact_id(),
      noun text not null, op text not null, "row" jsonb not null);
  `);
  for (const [table, columns] of Object.entries(COLUMNS)) {
    const fields = columns.map((column) => {
      const value = INSTANT.test(column) ? `extract(epoch from r.${column}) * 1000` : `r.${column}`;
      return `'${camel(column)}', ${value}`;
    });
    await sql.unsafe(`
      create function ${within}.race_log_${table}() returns trigger language plpgsql as $$
      declare r ${within}.${table};
      begin
        if tg_op = 'DELETE' then r := old; else r := new; end if;
        insert into ${within}.race_log (noun, op, "row") values ('${table}', tg_op, jsonb_build_object(${fields.join(', ')}));
        if random() < ${lingerShare} then perform pg_sleep(random() * 0.003); end if;
        return null;
      end $$;
      create trigger race_log after insert or update or delete on ${within}.${table}
        for each row execute function ${within}.race_log_${table}();
    `);
  }
}
