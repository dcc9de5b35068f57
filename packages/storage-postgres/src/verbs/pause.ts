import type { CollectionState, PauseCollection } from '@lease/core';
import type { Database } from '../connection/database.js';
import { collectionState } from './collection-state.js';

/** See `LeaseStore.pause`. */
export async function pause(database: Database, { forMs, note }: PauseCollection): Promise<CollectionState> {
  const text = `select ${database.schema}.lease_pause_v1($1::bigint, $2::text)`;
  await database.call('rpc', text, [forMs, note]);
  return collectionState(database);
}
