import type { AttemptOutcome, Cleanup, CleanupAttempt, Instant, ListCleanups } from '@lease/core';
import { matchesCleanup, type Page } from '@lease/core/serial-store';
import type { Database, Statement } from 'libsql';
import { filteredPage } from './filtered-page.js';

const COLUMNS =
  'cleanup_id, attempt, fence, claimant, outcome, claim_time, settle_time, duration_ms, status_code, detail';

type AttemptRow = readonly [
  cleanupId: string,
  attempt: number,
  fence: number,
  claimant: string,
  outcome: AttemptOutcome,
  claimTime: number,
  settleTime: number,
  durationMs: number | null,
  statusCode: number | null,
  detail: string | null,
];

interface Finished {
  readonly seq: number;
  readonly cleanup: Cleanup;
}

/** What became of cleanups: their attempts, and those that are finished. */
export class History {
  readonly #appendAttempt: Statement;
  readonly #attempt: Statement;
  readonly #ofCleanup: Statement;
  readonly #appendFinished: Statement;
  readonly #finished: Statement;
  readonly #finishedAfter: Statement;
  readonly #pruneAttempts: Statement;
  readonly #pruneFinished: Statement;

  constructor(database: Database) {
    this.#appendAttempt = database.prepare(
      `insert into attempt (${COLUMNS}) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#attempt = database
      .prepare(`select ${COLUMNS} from attempt where fence = ? and cleanup_id = ?`)
      .raw();
    this.#ofCleanup = database
      .prepare(`select ${COLUMNS} from attempt where cleanup_id = ? order by fence desc limit ?`)
      .raw();
    this.#appendFinished = database.prepare(
      'insert into finished (cleanup_id, end_time, cleanup) values (?, ?, ?)',
    );
    this.#finished = database.prepare('select seq, cleanup from finished where cleanup_id = ?').raw();
    this.#finishedAfter = database
      .prepare('select seq, cleanup from finished where seq > ? order by seq limit ?')
      .raw();
    this.#pruneAttempts = database.prepare(
      `delete from attempt where fence in
         (select fence from attempt where settle_time < ? order by settle_time limit ?)`,
    );
    this.#pruneFinished = database.prepare(
      `delete from finished where seq in
         (select seq from finished where end_time < ? order by end_time limit ?)`,
    );
  }

  appendAttempt(attempt: CleanupAttempt): void {
    this.#appendAttempt.run(
      attempt.cleanupId,
      attempt.attempt,
      attempt.fence,
      attempt.claimant,
      attempt.outcome,
      attempt.claimTime,
      attempt.settleTime,
      attempt.durationMs ?? null,
      attempt.statusCode ?? null,
      attempt.detail ?? null,
    );
  }

  attempt(cleanupId: string, fence: number): CleanupAttempt | undefined {
    const row = this.#attempt.get(fence, cleanupId) as AttemptRow | undefined;
    return row && readAttempt(row);
  }

  attempts(cleanupId: string, limit: number): readonly CleanupAttempt[] {
    return (this.#ofCleanup.all(cleanupId, limit) as AttemptRow[]).map(readAttempt).reverse();
  }

  appendFinished(cleanup: Cleanup): void {
    this.#appendFinished.run(cleanup.cleanupId, cleanup.endTime, JSON.stringify(cleanup));
  }

  finished(cleanupId: string): Cleanup | undefined {
    const row = this.#finished.get(cleanupId) as [number, string] | undefined;
    return row && readFinished(row).cleanup;
  }

  page(query: ListCleanups): Page<Cleanup> {
    const { rows, nextCursor } = filteredPage<Finished, number>({
      query,
      startOf: Number,
      read: (after, limit) => (this.#finishedAfter.all(after, limit) as [number, string][]).map(readFinished),
      keyOf: ({ seq }) => seq,
      matches: ({ cleanup }) => matchesCleanup(cleanup, query),
    });
    return { rows: rows.map(({ cleanup }) => cleanup), ...(nextCursor !== undefined && { nextCursor }) };
  }

  /** Drops at most `limit` entries of each kind from before the instant; returns the larger number. */
  prune(before: Instant, limit: number): number {
    return Math.max(
      this.#pruneFinished.run(before, limit).changes,
      this.#pruneAttempts.run(before, limit).changes,
    );
  }
}

function readAttempt(row: AttemptRow): CleanupAttempt {
  const [
    cleanupId,
    attempt,
    fence,
    claimant,
    outcome,
    claimTime,
    settleTime,
    durationMs,
    statusCode,
    detail,
  ] = row;
  return {
    cleanupId,
    attempt,
    fence,
    claimant,
    outcome,
    claimTime,
    settleTime,
    ...(durationMs !== null && { durationMs }),
    ...(statusCode !== null && { statusCode }),
    ...(detail !== null && { detail }),
  };
}

function readFinished([seq, text]: readonly [number, string]): Finished {
  return { seq, cleanup: JSON.parse(text) as Cleanup };
}
