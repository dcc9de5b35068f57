import type { Sql } from 'postgres';
import { reset } from '../reset.js';
import { Barrier } from './barrier.js';

/** `write`: about to change the row, which is locked. `commit`: all is done but the commit. */
export type Moment = 'write' | 'commit';

/** Of the advisory locks of this database. */
const LOCK_CLASS = 20_260;
let gates = 0;

/** Puts a gate before every change of a lease and of an object, and after it, all of them open; and time that tests can move. */
export async function installGates(sql: Sql, within: string): Promise<void> {
  await sql.unsafe(`
    create table ${within}.race_gate (noun text, moment text, id text, lock integer);
    create function ${within}.race_pass() returns trigger language plpgsql as $$
    begin
      perform pg_advisory_xact_lock_shared(${LOCK_CLASS}, lock) from ${within}.race_gate
        where noun = tg_table_name and moment = tg_argv[0]
          and id = coalesce(to_jsonb(new), to_jsonb(old)) ->> case tg_table_name when 'lease' then 'lease_id' else 'object_key' end;
      return coalesce(new, old);
    end $$;
    create table ${within}.race_time (ahead interval not null);
    insert into ${within}.race_time values ('0');
    alter function ${within}.lease_now() rename to race_real_now;
    create function ${within}.lease_now() returns timestamptz language sql volatile
      return ${within}.race_real_now() + (select ahead from ${within}.race_time);
  `);
  for (const table of ['lease', 'object']) {
    await sql.unsafe(`
      create trigger a_gate before insert or update or delete on ${within}.${table}
        for each row execute function ${within}.race_pass('write');
      create constraint trigger z_gate after insert or update or delete on ${within}.${table}
        deferrable initially deferred for each row execute function ${within}.race_pass('commit');
    `);
  }
}

/** Shuts the gate of one row. */
export async function shutGate(
  sql: Sql,
  within: string,
  moment: Moment,
  table: string,
  id: string,
): Promise<Barrier> {
  const lock = String((gates += 1));
  await sql.unsafe(`insert into ${within}.race_gate values ($1, $2, $3, $4::integer)`, [
    table,
    moment,
    id,
    lock,
  ]);
  return Barrier.shut(sql, 'select pg_advisory_xact_lock($1::integer, $2::integer)', [
    String(LOCK_CLASS),
    lock,
  ]);
}

/** Empties the store, opens all gates and sets the time right. */
export async function clear(sql: Sql, within: string): Promise<void> {
  await reset(sql, within, ['race_gate']);
  await sql.unsafe(`update ${within}.race_time set ahead = '0'`);
}
