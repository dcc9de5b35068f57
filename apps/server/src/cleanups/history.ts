import { status } from '@grpc/grpc-js';
import type { Cleanup, CleanupAttempt } from '@lease/client';
import { spelled } from './arguments.js';
import { table } from './table.js';

/** What the server gives of a history at most: its end. */
export const HISTORY_LIMIT = 1_000;

const TITLES = ['ATTEMPT', 'OUTCOME', 'STARTED', 'DURATION', 'STATUS', 'REPLICA', 'DETAIL'];

/** A row for each; nothing if there is none. */
export function attemptTable(
  cleanup: Cleanup,
  attempts: readonly CleanupAttempt[],
  columns?: number,
): string {
  if (attempts.length === 0) return '';
  const rows = attempts.map((attempt) => [
    String(attempt.attempt),
    spelled(attempt.outcome),
    attempt.claimTime.toISOString(),
    attempt.durationMs === undefined ? '-' : `${Math.round(attempt.durationMs)}ms`,
    statusOf(cleanup, attempt),
    attempt.claimant,
    attempt.detail,
  ]);
  return table(TITLES, rows, columns);
}

/**
 * One line on what the history does not tell, or nothing. Attempts are forgotten a week after they ended, also those of a
 * cleanup that still waits or was abandoned.
 */
export function whatIsMissing(
  { state, attempts: made }: Cleanup,
  attempts: readonly CleanupAttempt[],
): string {
  if (attempts.length === HISTORY_LIMIT)
    return `the latest ${HISTORY_LIMIT} entries; ${counted(made)} in all\n`;
  const [oldest] = attempts;
  const ended = state === 'CLAIMED' ? made - 1 : made;
  // By numbers, not by rows: an attempt that was given back unstarted has a row, and its number goes to the next.
  const missing = oldest === undefined ? ended : oldest.attempt - 1;
  if (missing <= 0) return '';
  return `${counted(missing)}${oldest ? ' before these' : ''}; the history of which was pruned\n`;
}

function counted(attempts: number): string {
  return attempts === 1 ? '1 attempt' : `${attempts} attempts`;
}

function statusOf({ targetKind }: Cleanup, { statusCode }: CleanupAttempt): string {
  if (statusCode === undefined) return '-';
  return (targetKind === 'GRPC' ? status[statusCode] : undefined) ?? String(statusCode);
}
