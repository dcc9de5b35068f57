import { type CleanupOutcome, objectKey, type SettleResult } from '@lease/core';
import type { Database } from '../connection/database.js';
import { inRuns } from '../in-runs.js';

const RECORDED_AS = { done: 'DONE', retry: 'RETRY', fail: 'FAIL', unstarted: 'UNSTARTED' } as const;

/** Largest `integer`. */
const MAX_STATUS = 2 ** 31 - 1;

/** See `LeaseStore.settleCleanups`. */
export function settleCleanups(
  database: Database,
  outcomes: readonly CleanupOutcome[],
): Promise<readonly SettleResult[]> {
  return inRuns(outcomes, ({ object }) => objectKey(object), settle);

  async function settle(run: readonly CleanupOutcome[]): Promise<readonly SettleResult[]> {
    const [row] = await database.call<{ readonly settled: readonly boolean[] }>(
      'sweep',
      `select ${database.schema}.lease_settle_v1(
         $1::text[], $2::uuid[], $3::bigint[], $4::${database.schema}.attempt_outcome[], $5::text[], $6::bigint[],
         $7::${database.schema}.abandon_reason[], $8::double precision[], $9::integer[], $10::text[]) as settled`,
      [
        run.map(({ object }) => objectKey(object)),
        run.map(({ cleanupId }) => cleanupId),
        run.map(({ fence }) => fence),
        run.map(({ kind }) => RECORDED_AS[kind]),
        run.map((outcome) => (outcome.kind === 'retry' ? outcome.contact : null)),
        run.map((outcome) => (outcome.kind === 'retry' ? outcome.delayMs : 0)),
        run.map((outcome) => ('abandonReason' in outcome ? outcome.abandonReason : null)),
        run.map(({ durationMs = null }) => durationMs),
        run.map(({ statusCode }) => storableStatus(statusCode)),
        run.map(({ detail }) => storableDetail(detail)),
      ],
    );
    return (row?.settled ?? []).map((settled) => (settled ? 'settled' : 'stale'));
  }
}

/**
 * What came from outside must never keep an outcome from being recorded, or the cleanup would be called for ever: text
 * without U+0000, which PostgreSQL refuses. `cleanDetail` has removed it already, in a collector of ours.
 */
function storableDetail(detail: string | undefined): string | null {
  return detail?.replaceAll('\0', ' ') ?? null;
}

function storableStatus(status: number | undefined): number | null {
  return Number.isInteger(status) && Math.abs(status ?? 0) <= MAX_STATUS ? (status ?? null) : null;
}
