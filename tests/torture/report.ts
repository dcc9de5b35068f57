import { recountPostgres } from '../helpers/recount/recount-postgres.js';
import { check } from './checker/check.js';
import { judgedClaims } from './checker/excuses.js';
import { judgedLeaps } from './checker/pauses.js';
import type { FaultKind } from './faults/faults.js';
import type { History, Operation } from './history.js';
import type { Site } from './site.js';

export interface RunReport {
  readonly seed: number;
  readonly operations: number;
  readonly perSecond: number;
  /** Operations that were carried out or refused with a reason, and not because there were too many. */
  readonly answered: number;
  /** Operations of which nobody knows whether they happened. The checker decides all the same. */
  readonly unanswered: number;
  readonly leases: number;
  readonly faults: Readonly<Record<string, number>>;
  /** What the faults met. */
  readonly hits: Readonly<Record<string, number>>;
  readonly callbacks: number;
  /** Callbacks beyond the first of a cleanup, and how many of them came though an earlier one had succeeded. */
  readonly repeated: number;
  readonly duplicates: number;
  /** Holds that lived through the run, and of those the ones that were lost. */
  readonly holds: number;
  readonly lostHolds: number;
  readonly longestCallMs: number;
  readonly claims: number;
  /** Claims that no fault would have excused for being lost. */
  readonly judgedClaims: number;
  readonly lostClaims: number;
  /** Leaps of the clock in whose pause some lease was due. */
  readonly judgedLeaps: number;
  readonly stale: number;
  readonly illegal: number;
  readonly violations: readonly string[];
}

/** The deadline of a call: the client's default. */
const CALL_MS = 10_000;

/** For a timer to be heard on a busy machine. */
const SLACK_MS = 3_000;

/** Of all operations. */
const MIN_ANSWERED = 0.9;

interface Course {
  readonly seed: number;
  readonly lastedMs: number;
  readonly played: readonly FaultKind[];
}

/** What is to be told of a run, and what was wrong with it. */
export async function reportOf(
  { recorder, endpoint, replicas, postgres, schema, violations }: Site,
  history: History,
  { seed, lastedMs, played }: Course,
): Promise<RunReport> {
  const surprises = replicas.flatMap(({ surprises }) => surprises);
  const illegal = check(history);
  const recount = await recountPostgres(postgres.url, schema);
  const done = recorder.callbacks.filter(({ answer }) => answer === 'done');
  const lasted = recorder.operations.map(({ sentMs, doneMs }) => (doneMs === Infinity ? 0 : doneMs - sentMs));
  const longestMs = lasted.reduce((longest, ms) => Math.max(longest, ms), 0);
  const distinct = (calls: readonly { readonly cleanupId: string }[]) =>
    new Set(calls.map(({ cleanupId }) => cleanupId)).size;
  const report = {
    seed,
    operations: recorder.operationCount,
    perSecond: Math.round(recorder.operationCount / (lastedMs / 1_000)),
    answered: recorder.answeredCount,
    unanswered: recorder.operations.filter(isUnanswered).length,
    leases: history.rest.leases.length,
    faults: countOf(played),
    hits: recorder.hits,
    callbacks: recorder.callbacks.length,
    repeated: recorder.callbacks.length - distinct(recorder.callbacks),
    duplicates: done.length - distinct(done),
    holds: recorder.holds.filter(({ block }) => block === undefined).length,
    lostHolds: recorder.holds.filter(({ lostMs }) => lostMs !== undefined).length,
    longestCallMs: Math.round(longestMs),
    claims: history.rest.attempts.length,
    judgedClaims: judgedClaims(history),
    lostClaims: history.rest.stats.attempts.lost,
    stale: history.rest.stats.attempts.stale,
    judgedLeaps: judgedLeaps(history),
    illegal: illegal.length,
  };
  return {
    ...report,
    violations: [
      ...(endpoint.trapped > 0 ? [`F9: the trap was called ${endpoint.trapped} times`] : []),
      ...(recorder.snapshots.length === 0 ? ['S10: nobody ever saw how many leases a service has'] : []),
      ...(longestMs > CALL_MS + SLACK_MS ? [`F3: a call took ${longestMs} ms`] : []),
      ...(report.lostHolds > 0 ? [`S14: ${report.lostHolds} of ${report.holds} live holds were lost`] : []),
      ...emptiness(report),
      ...violations,
      ...surprises,
      ...recount,
      ...illegal,
    ],
  };
}

/** A run in which nothing was at stake proves nothing. */
function emptiness(report: Omit<RunReport, 'violations'>): readonly string[] {
  const { operations, answered, leases, callbacks, faults, hits } = report;
  return [
    ...(leases === 0 ? ['no lease was taken'] : []),
    ...(callbacks === 0 ? ['nobody was called back'] : []),
    ...(answered < MIN_ANSWERED * operations
      ? [`of ${operations} operations ${answered} were answered`]
      : []),
    ...(report.judgedClaims === 0 ? ['S9: a fault excused whatever happened to any claim'] : []),
    ...(faults['F8'] && report.judgedLeaps === 0 ? ['S14: nothing was due in the pause after a leap'] : []),
    ...Object.entries(hits)
      .filter(([, count]) => count === 0)
      .map(([what]) => `${what}: none`),
  ];
}

/** Of those that a hold makes by itself nothing is known, however well they went. */
function isUnanswered({ answer, doneMs }: Operation): boolean {
  return answer.kind === 'unknown' && doneMs < Infinity;
}

function countOf(kinds: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const kind of kinds) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}
