import { StoreUnavailableError } from '@lease/core';
import type { Database, SqlValue } from '../connection/database.js';
import { isLockTimeout } from '../connection/judge-error.js';

/** Rows `q` that a batch locks, found by keys. */
const ROWS = {
  lease: { from: ['lease q'], key: 'q.lease_id', type: 'uuid' },
  object: { from: ['object q'], key: 'q.object_key', type: 'text' },
  service: { from: ['service q'], key: 'q.service_id', type: 'text' },
  /** By the id of a lease on it. */
  heldObject: { from: ['lease l', 'object q using (object_key)'], key: 'l.lease_id', type: 'uuid' },
} as const;

/** Which rows a command locks, and the key it finds them by. */
export type Locks<Command> = Partial<Record<keyof typeof ROWS, (command: Command) => string>>;

/**
 * Calls the SQL function of a batch. After the first lock timeout it asks which rows are locked, and throws a
 * `StoreUnavailableError` that tells whose they are: others need not wait for them any longer.
 */
export async function callBatch<Row extends object, Command>(
  database: Database,
  text: string,
  values: readonly SqlValue[],
  commands: readonly Command[],
  locks: Locks<Command>,
): Promise<readonly Row[]> {
  try {
    return await database.call<Row>('rpc', text, values, 'once');
  } catch (error) {
    if (!isLockTimeout(error)) throw error;
    const stuck = await stuckOf(database, commands, locks);
    if (stuck.size > 0) throw new StoreUnavailableError(error.message, { cause: error.cause, stuck });
    // The lock is gone, or it is on a row that only its maker sees yet.
    return database.call<Row>('rpc', text, values);
  }
}

async function stuckOf<Command>(
  database: Database,
  commands: readonly Command[],
  locks: Locks<Command>,
): Promise<ReadonlySet<Command>> {
  const stuck = new Set<Command>();
  for (const rows of Object.keys(ROWS) as (keyof typeof ROWS)[]) {
    const keyOf = locks[rows];
    if (keyOf === undefined) continue;
    const locked = await lockedKeys(database, rows, [...new Set(commands.map(keyOf))]);
    for (const command of commands) if (locked.has(keyOf(command))) stuck.add(command);
  }
  return stuck;
}

/** The keys whose rows cannot be locked right now: it waits for none, and lets go of the others at once. */
async function lockedKeys(
  database: Database,
  rows: keyof typeof ROWS,
  keys: readonly string[],
): Promise<ReadonlySet<string>> {
  const { from, key, type } = ROWS[rows];
  const tables = from.map((table) => `${database.schema}.${table}`).join(' join ');
  const found = `from ${tables} where ${key} = any($1::${type}[])`;
  const locked = await database.call<{ key: string }>(
    'rpc',
    `with free as materialized (select ${key} as key ${found} for no key update of q skip locked)
     select ${key} as key ${found} and ${key} not in (select free.key from free)`,
    [keys],
  );
  return new Set(locked.map((row) => row.key));
}
