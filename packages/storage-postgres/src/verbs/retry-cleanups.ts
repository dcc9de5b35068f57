import type { RetryCleanup, RetryCleanupResult } from '@lease/core';
import type { Database } from '../connection/database.js';
import { inRounds } from '../rounds.js';
import { isUuid } from '../uuid.js';

/** See `LeaseStore.retryCleanups`. */
export function retryCleanups(
  database: Database,
  commands: readonly RetryCleanup[],
): Promise<readonly RetryCleanupResult[]> {
  return inRounds(commands, ({ cleanupId }) => cleanupId, retry);

  async function retry(round: readonly RetryCleanup[]): Promise<readonly RetryCleanupResult[]> {
    const [row] = await database.call<{ readonly results: readonly RetryCleanupResult[] }>(
      'rpc',
      `select ${database.schema}.lease_retry_v1($1::uuid[], $2::bigint[]) as results`,
      [
        round.map(({ cleanupId }) => (isUuid(cleanupId) ? cleanupId : null)),
        round.map(({ delayMs }) => delayMs),
      ],
    );
    return row?.results ?? [];
  }
}
