import type { AttemptOutcome, CleanupAttempt, Instant } from '@lease/core';
import type { Database } from '../connection/database.js';
import { isUuid } from '../uuid.js';

interface AttemptRow {
  readonly cleanup_id: string;
  readonly attempt: number;
  readonly fence: number;
  readonly claimant: string;
  readonly outcome: AttemptOutcome;
  readonly claim_time: Instant;
  readonly settle_time: Instant;
  readonly duration_ms: number | null;
  readonly status_code: number | null;
  readonly detail: string | null;
}

/** See `LeaseStore.listAttempts`. */
export async function listAttempts(
  database: Database,
  cleanupId: string,
  limit: number,
): Promise<readonly CleanupAttempt[]> {
  if (!isUuid(cleanupId)) return [];
  const rows = await database.call<AttemptRow>(
    'rpc',
    `select * from (
       select * from ${database.schema}.attempt where cleanup_id = $1::uuid order by fence desc limit $2::integer
     ) latest order by fence`,
    [cleanupId, limit],
  );
  return rows.map(readAttempt);
}

function readAttempt(row: AttemptRow): CleanupAttempt {
  return {
    cleanupId: row.cleanup_id,
    attempt: row.attempt,
    fence: row.fence,
    claimant: row.claimant,
    outcome: row.outcome,
    claimTime: row.claim_time,
    settleTime: row.settle_time,
    ...(row.duration_ms !== null && { durationMs: row.duration_ms }),
    ...(row.status_code !== null && { statusCode: row.status_code }),
    ...(row.detail !== null && { detail: row.detail }),
  };
}
