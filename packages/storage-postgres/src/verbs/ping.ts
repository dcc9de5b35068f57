import type { Database } from '../connection/database.js';

/** See `LeaseStore.ping`. Writes, unless somebody else is just writing: a standby and a full disk can be read. */
export async function ping(database: Database): Promise<void> {
  const { schema } = database;
  await database.call(
    'rpc',
    `update ${schema}.control set one = one
      where one = (select one from ${schema}.control for no key update skip locked)`,
  );
}
