import { setTimeout as delay } from 'node:timers/promises';
import { recountPostgres } from '../helpers/recount/recount-postgres.js';
import { check } from './checker/check.js';
import { Crowd } from './crowd.js';
import { FAULTS, type FaultKind } from './faults/faults.js';
import { LiveHolds } from './live-holds.js';
import type { AtRest, History, Operation } from './history.js';
import { CLAIM_MS, GRACE_MS, QUOTA, Site } from './site.js';

export interface RunOptions {
  readonly seed: number;
  readonly seconds: number;
  /** At least so many: the run lasts until then, up to 180 s longer. Default 0. */
  readonly operations?: number;
  /** Played one after the other, as often as there is time. */
  readonly kinds: readonly FaultKind[];
  readonly progress?: (line: string) => void;
}

export interface RunReport {
  readonly seed: number;
  readonly operations: number;
  readonly perSecond: number;
  /** Operations of which nobody knows whether they happened. The checker decides all the same. */
  readonly unanswered: number;
  readonly leases: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly callbacks: number;
  /** Callbacks beyond the first of a cleanup, and how many of them came though an earlier one had succeeded. */
  readonly repeated: number;
  readonly duplicates: number;
  /** Holds that lived through the run, and of those the ones that were lost. */
  readonly holds: number;
  readonly lostHolds: number;
  readonly longestCallMs: number;
  readonly lostClaims: number;
  readonly stale: number;
  readonly illegal: number;
  readonly violations: readonly string[];
}

/** The deadline of a call: the client's default. */
const CALL_MS = 10_000;

/** For a timer to be heard on a busy machine. */
const SLACK_MS = 3_000;

const MAX_LONGER_MS = 180_000;

/** For a look at the database. */
const SNAPSHOT_MS = 5_000;

/** Between two faults: some calls have to go well in between. */
const MAX_CALM_MS = 2_000;

/** One run: load and faults for so long, then rest, then the verdict. */
export async function torture(options: RunOptions): Promise<RunReport> {
  const { seed, seconds, operations = 0, kinds, progress = () => undefined } = options;
  await using site = await Site.start(seed);
  const { recorder, random, endpoint } = site;
  const startMs = performance.now();
  const endMs = startMs + seconds * 1_000;
  const holds = await LiveHolds.start(site);
  const crowd = new Crowd(site, seed);
  const watch = new AbortController();
  const watching = takeSnapshots(site, watch.signal);
  const played: FaultKind[] = [];
  // Each of them at least once, however long they take.
  for (let turn = 0; turn < kinds.length || performance.now() < endMs; turn += 1) {
    const kind = kinds[turn % kinds.length];
    if (kind === undefined) break;
    progress(`${kind}, after ${recorder.operationCount} operations`);
    await FAULTS[kind](site);
    played.push(kind);
    await delay(random.next() * MAX_CALM_MS);
  }
  await delay(Math.max(0, endMs - performance.now()));
  const patienceMs = performance.now() + MAX_LONGER_MS;
  while (recorder.operationCount < operations && performance.now() < patienceMs) await delay(100);
  await crowd.stop();
  await holds.stop();
  const lastedMs = performance.now() - startMs;
  watch.abort();
  await watching;
  progress(`${recorder.operationCount} operations in ${Math.round(lastedMs)} ms; waiting for rest`);
  await site.rest();

  const history: History = {
    ...{ graceMs: GRACE_MS, claimMs: CLAIM_MS, quota: QUOTA },
    ...recorder.seen,
    rest: await atRest(site),
  };
  const surprises = site.replicas.flatMap(({ surprises }) => surprises);
  const illegal = check(history);
  const recount = await recountPostgres(site.postgres.url, site.schema);
  const done = recorder.callbacks.filter(({ answer }) => answer === 'done');
  const lasted = recorder.operations.map(({ sentMs, doneMs }) => (doneMs === Infinity ? 0 : doneMs - sentMs));
  const longestMs = lasted.reduce((longest, ms) => Math.max(longest, ms), 0);
  const distinct = (calls: readonly { readonly cleanupId: string }[]) =>
    new Set(calls.map(({ cleanupId }) => cleanupId)).size;
  const lostHolds = recorder.holds.filter(({ lostMs }) => lostMs !== undefined).length;
  return {
    seed,
    operations: recorder.operationCount,
    perSecond: Math.round(recorder.operationCount / (lastedMs / 1_000)),
    unanswered: recorder.operations.filter(isUnanswered).length,
    leases: history.rest.leases.length,
    faults: countOf(played),
    callbacks: recorder.callbacks.length,
    repeated: recorder.callbacks.length - distinct(recorder.callbacks),
    duplicates: done.length - distinct(done),
    holds: recorder.holds.filter(({ block }) => block === undefined).length,
    lostHolds,
    longestCallMs: Math.round(longestMs),
    lostClaims: history.rest.stats.attempts.lost,
    stale: history.rest.stats.attempts.stale,
    illegal: illegal.length,
    violations: [
      ...(endpoint.trapped > 0 ? [`F9: the trap was called ${endpoint.trapped} times`] : []),
      ...(recorder.snapshots.length === 0 ? ['S10: nobody ever saw how many leases a service has'] : []),
      ...(longestMs > CALL_MS + SLACK_MS ? [`F3: a call took ${longestMs} ms`] : []),
      ...(lostHolds > 0 ? [`S14: ${lostHolds} live holds were lost`] : []),
      ...site.violations,
      ...surprises,
      ...recount,
      ...illegal,
    ],
  };
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

/** S10: looks at the database again and again, as far as it answers. */
async function takeSnapshots({ tables, recorder }: Site, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    // A query that the driver sent into a connection that is gone is never answered.
    const inTime = delay(SNAPSHOT_MS, [], { ref: false });
    const snapshot = await Promise.race([tables.activeByService().catch(() => []), inTime]);
    recorder.snapshots.push(...snapshot);
    await delay(250);
  }
}

/** Instants of the tables are cut to milliseconds, as answers are. */
async function atRest(site: Site): Promise<AtRest> {
  const { tables } = site;
  const [leases, finished, unfinished, attempts] = await Promise.all([
    tables.leases(),
    tables.finished(),
    tables.unfinished(),
    tables.attempts(),
  ]);
  const stats = await site.ask((client) => client.stats());
  return {
    leases: leases.map(({ endMs, disposition, ...row }) => ({
      ...row,
      ...{ createMs: Math.floor(row.createMs), expireMs: Math.floor(row.expireMs) },
      ...(typeof endMs === 'number' && { endMs: Math.floor(endMs) }),
      ...(disposition && { disposition }),
    })),
    ...{ finished, unfinished, attempts, stats },
  };
}
