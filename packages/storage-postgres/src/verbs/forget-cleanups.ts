import type { ForgetCleanup, ForgetCleanupResult } from '@lease/core';
import type { Database } from '../connection/database.js';
import { inRounds } from '../in-runs.js';
import { isUuid } from '../uuid.js';

/** See `LeaseStore.forgetCleanups`. */
export function forgetCleanups(
  database: Database,
  commands: readonly ForgetCleanup[],
): Promise<readonly ForgetCleanupResult[]> {
  return inRounds(commands, ({ cleanupId }) => cleanupId, forget);

  async function forget(run: readonly ForgetCleanup[]): Promise<readonly ForgetCleanupResult[]> {
    const [row] = await database.call<{ readonly results: readonly ForgetCleanupResult[] }>(
      'rpc',
      `select ${database.schema}.lease_forget_v1($1::uuid[], $2::text[]) as results`,
      [run.map(({ cleanupId }) => (isUuid(cleanupId) ? cleanupId : null)), run.map(({ reason }) => reason)],
    );
    return row?.results ?? [];
  }
}
