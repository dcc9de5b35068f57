import type { RetryCleanup, RetryCleanupResult } from '@lease/core';
import type { Database } from '../connection/database.js';
import { inRounds } from '../in-runs.js';
import { isUuid } from '../uuid.js';

/** See `LeaseStore.retryCleanups`. */
export function retryCleanups(
  database: Database,
  commands: readonly RetryCleanup[],
): Promise<readonly RetryCleanupResult[]> {
  return inRounds(commands, ({ cleanupId }) => cleanupId, retry);

  async function retry(run: readonly RetryCleanup[]): Promise<readonly RetryCleanupResult[]> {
    const [row] = await database.call<{ readonly results: readonly RetryCleanupResult[] }>(
      'rpc',
      `select ${database.schema}.lease_retry_v1($1::uuid[], $2::bigint[]) as results`,
      [run.map(({ cleanupId }) => (isUuid(cleanupId) ? cleanupId : null)), run.map(({ delayMs }) => delayMs)],
    );
    return row?.results ?? [];
  }
}
