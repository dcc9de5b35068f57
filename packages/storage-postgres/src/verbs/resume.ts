import type { CollectionState } from '@lease/core';
import type { Database } from '../connection/database.js';
import { collectionState } from './collection-state.js';

/** See `LeaseStore.resume`. */
export async function resume(database: Database): Promise<CollectionState> {
  await database.call('rpc', `select ${database.schema}.lease_resume_v1()`);
  return collectionState(database);
}
