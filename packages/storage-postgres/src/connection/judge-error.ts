import { StoreUnavailableError } from '@lease/core';
import postgres from 'postgres';

/** What an error means for the call: repeat it, give it up, or mend our code. */
export type Verdict = 'contention' | 'unavailable' | 'bug';

const LOCK_TIMEOUT = '55P03';
const CONTENTION = new Set(['40001' /* serialization */, '40P01' /* deadlock */, LOCK_TIMEOUT]);

/** SQLSTATEs, or classes of them, that are about the server, its load or our access, and not about the statement. */
const UNAVAILABLE = [
  '08', // connection
  '25006', // read-only: a standby, or a primary that was demoted
  '25P03', // idle in transaction for too long
  '25P04', // transaction for too long
  '28', // authentication
  '3D000', // no such database
  '53', // resources: connections, memory, disk
  '57', // cancelled by a timeout, shutdown, start-up
  '58', // operating system
];

/** Judges what a connection threw. */
export function judgeError(error: unknown): Verdict {
  // A value that came back and cannot be read.
  if (error instanceof RangeError || error instanceof SyntaxError) return 'bug';
  const code = sqlState(error);
  if (code === undefined) return 'unavailable';
  if (CONTENTION.has(code)) return 'contention';
  return UNAVAILABLE.some((prefix) => code.startsWith(prefix)) ? 'unavailable' : 'bug';
}

/** Whether the connection can take another statement after the error. */
export function isConnectionUsable(error: unknown): boolean {
  if (judgeError(error) === 'bug') return true;
  const code = sqlState(error);
  // After a failover the name may stand for another server by now.
  if (code === undefined || code === '25006') return false;
  return !code.startsWith('08') && !code.startsWith('57P');
}

/** As the store says it. */
export function unavailable(where: string, cause: unknown): StoreUnavailableError {
  const reason =
    cause instanceof Error ? cause.message || String((cause as { code?: unknown }).code) : String(cause);
  return new StoreUnavailableError(`PostgreSQL at ${where}: ${reason}`, { cause });
}

/** Whether a call failed because a row was locked. Takes what the connection threw, or what became of it. */
export function isLockTimeout(error: unknown): error is Error {
  const cause = error instanceof StoreUnavailableError ? error.cause : error;
  return sqlState(cause) === LOCK_TIMEOUT;
}

export function sqlState(error: unknown): string | undefined {
  return error instanceof postgres.PostgresError ? error.code : undefined;
}
