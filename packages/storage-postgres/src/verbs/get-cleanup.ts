import type { Cleanup } from '@lease/core';
import { type CleanupRow, FINISHED_COLUMNS, PENDING_COLUMNS, readCleanup } from '../cleanup-row.js';
import type { Database } from '../connection/database.js';
import { isUuid } from '../uuid.js';

/** See `LeaseStore.getCleanup`. */
export async function getCleanup(database: Database, cleanupId: string): Promise<Cleanup | undefined> {
  if (!isUuid(cleanupId)) return undefined;
  const [row] = await database.call<CleanupRow>(
    'rpc',
    `select ${PENDING_COLUMNS} from ${database.schema}.object where cleanup_id = $1::uuid
     union all select ${FINISHED_COLUMNS} from ${database.schema}.finished where cleanup_id = $1::uuid`,
    [cleanupId],
  );
  return row && readCleanup(row);
}
