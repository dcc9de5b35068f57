import type { ForgetCleanup, ForgetCleanupResult } from '@lease/core';
import type { Database } from '../connection/database.js';
import { inRounds } from '../rounds.js';
import { isUuid } from '../uuid.js';

/** See `LeaseStore.forgetCleanups`. */
export function forgetCleanups(
  database: Database,
  commands: readonly ForgetCleanup[],
): Promise<readonly ForgetCleanupResult[]> {
  return inRounds(commands, ({ cleanupId }) => cleanupId, forget);

  async function forget(round: readonly ForgetCleanup[]): Promise<readonly ForgetCleanupResult[]> {
    const [row] = await database.call<{ readonly results: readonly ForgetCleanupResult[] }>(
      'rpc',
      `select ${database.schema}.lease_forget_v1($1::uuid[], $2::text[]) as results`,
      [
        round.map(({ cleanupId }) => (isUuid(cleanupId) ? cleanupId : null)),
        round.map(({ reason }) => reason),
      ],
    );
    return row?.results ?? [];
  }
}
