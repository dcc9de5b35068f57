import type { Stats } from '@lease/client';
import { groupBy } from '../helpers/group-by.js';
import type { Call } from './endpoint.js';
import type { Entry, Ledger } from './ledger.js';
import type { ClaimRow, FailedRow, FinishedRow, LeaseRow } from './tables.js';

/** All that was seen from outside, once the store is at rest: what holders were told, what was called, what is stored. */
export interface Evidence {
  readonly ledger: Ledger;
  readonly calls: readonly Call[];
  readonly leases: readonly LeaseRow[];
  readonly finished: readonly FinishedRow[];
  /** Claims that another replica took over. */
  readonly lost: readonly ClaimRow[];
  /** Attempts that did not succeed. */
  readonly failed: readonly FailedRow[];
  /** Claims of a replica that nobody had settled right after it was killed or paused. */
  readonly unsettled: readonly ClaimRow[];
  readonly stats: Stats;
  /** Outcomes of zombies that had to be refused. Default 0. */
  readonly stale?: number;
}

/** What is wrong, each with the promise that it breaks. Empty: all kept. */
export function judge(evidence: Evidence): readonly string[] {
  return [
    ...evidence.ledger.broken,
    ...kept(evidence),
    ...inUse(evidence),
    ...collected(evidence),
    ...sameCleanup(evidence),
    ...repeated(evidence),
    ...totals(evidence),
  ];
}

/** S11: what was acknowledged is in the store. */
function* kept({ ledger, leases }: Evidence): Generator<string> {
  const rows = new Map(leases.map((row) => [row.leaseId, row]));
  for (const entry of ledger.entries) {
    const { leaseId, created, expireMs, renewals, released, releaseSentMs } = entry;
    if (created === undefined) continue;
    const row = rows.get(leaseId);
    if (row === undefined) yield `S11: lease ${leaseId} was acknowledged and is not there`;
    else if (row.state === 'ACTIVE') yield `L1: lease ${leaseId} never ended`;
    else if (released && row.state !== 'RELEASED') yield `S11: the release of lease ${leaseId} is lost`;
    else if (releaseSentMs === undefined && row.state !== 'EXPIRED')
      yield `S3: lease ${leaseId} is ${row.state}, and nobody released it`;
    else if (row.renewals < renewals || row.expireMs < expireMs)
      yield `S11: a renewal of lease ${leaseId} is lost`;
    else if (row.state === 'EXPIRED' && (row.endMs ?? 0) < row.expireMs)
      yield `S2: lease ${leaseId} expired before its time`;
  }
}

/** S1, S2: no attempt on an object while a lease on it was surely active. */
function* inUse({ ledger, calls }: Evidence): Generator<string> {
  const holders = groupBy(ledger.entries, ({ objectKey }) => objectKey);
  for (const call of calls) {
    for (const entry of holders.get(call.objectKey) ?? []) {
      if (!activeAt(entry, call.arrivedMs)) continue;
      const since = call.arrivedMs - (entry.created?.createMs ?? 0);
      yield `S1: ${call.objectKey} was collected while lease ${entry.leaseId}, ${since} ms old, was active`;
    }
  }
}

/** From the create's commit until the lease is due or its release was sent, whichever comes first. */
function activeAt({ created, expireMs, releaseSentMs = Infinity }: Entry, atMs: number): boolean {
  return created !== undefined && created.createMs < atMs && atMs < expireMs && atMs < releaseSentMs;
}

/** S6: every life ended in one class, and a collected one was called for. */
function* collected({ ledger, calls, finished }: Evidence): Generator<string> {
  const life = (row: { readonly objectKey: string; readonly generation: number }) =>
    `${row.objectKey} in generation ${row.generation}`;
  const ends = groupBy(finished, life);
  const called = new Set(calls.map(({ cleanupId }) => cleanupId));
  const lives = ledger.entries.flatMap(({ objectKey, created }) =>
    created === undefined ? [] : [life({ objectKey, generation: created.generation })],
  );
  for (const each of new Set(lives)) {
    const count = ends.get(each)?.length ?? 0;
    if (count !== 1) yield `S6: ${each} came to its end ${count} times`;
  }
  for (const { cleanupId, state, objectKey } of finished) {
    if (state === 'COLLECTED' && !called.has(cleanupId))
      yield `S6: ${objectKey} counts as collected, and cleanup ${cleanupId} was never called`;
  }
}

/** S7: attempts of one cleanup differ in their numbers only, which grow. */
function* sameCleanup({ calls }: Evidence): Generator<string> {
  const latest = new Map<string, Call>();
  for (const call of calls) {
    const before = latest.get(call.cleanupId);
    latest.set(call.cleanupId, call);
    if (before === undefined) continue;
    if (before.objectKey !== call.objectKey || before.generation !== call.generation)
      yield `S7: cleanup ${call.cleanupId} changed its object or generation`;
    if (before.attempt >= call.attempt || before.fence >= call.fence)
      yield `S7: attempt ${call.attempt} of cleanup ${call.cleanupId} came after attempt ${before.attempt}`;
  }
}

/** S9: an endpoint that always succeeds is called twice only for a claim whose holder went away in the middle. */
function* repeated({ calls, lost, failed, unsettled }: Evidence): Generator<string> {
  for (const { cleanupId, attempt, outcome, detail } of failed)
    yield `S9: attempt ${attempt} of cleanup ${cleanupId} ended as ${outcome}: ${detail ?? 'no detail'}`;
  const left = new Set(unsettled.map(({ fence }) => fence));
  for (const { fence, cleanupId } of lost) {
    if (!left.has(fence))
      yield `S9: the claim ${fence} of cleanup ${cleanupId} was lost, and its holder lived`;
  }
  const losses = groupBy(lost, ({ cleanupId }) => cleanupId);
  for (const [cleanupId, attempts] of groupBy(calls, (call) => call.cleanupId)) {
    const allowed = 1 + (losses.get(cleanupId)?.length ?? 0);
    if (attempts.length > allowed)
      yield `S9: cleanup ${cleanupId} was called ${attempts.length} times instead of ${allowed}`;
  }
}

/** S6, S8, S16: the totals agree with one another and with what is stored. */
function* totals({ leases, finished, lost, failed, stats, stale = 0 }: Evidence): Generator<string> {
  const { cleanups, attempts } = stats;
  const count = <T>(rows: readonly T[], holds: (row: T) => boolean) => rows.filter(holds).length;
  const equations: readonly [what: string, left: number, right: number][] = [
    ['S16: created, and rows', stats.leases.created, leases.length],
    ['S16: released', stats.leases.released, count(leases, ({ state }) => state === 'RELEASED')],
    ['S16: expired', stats.leases.expired, count(leases, ({ state }) => state === 'EXPIRED')],
    ['S16: active', stats.leases.active, count(leases, ({ state }) => state === 'ACTIVE')],
    ['S6: collected', cleanups.collected, count(finished, ({ state }) => state === 'COLLECTED')],
    ['S6: revived', cleanups.revived, count(finished, ({ state }) => state === 'REVIVED')],
    ['S6: ended', cleanups.ended, cleanups.collected + cleanups.revived],
    ['S6: open', cleanups.open, 0],
    ['S9: attempts done, and collected', attempts.done, cleanups.collected],
    ['S9: attempts retried or failed', attempts.retried + attempts.failed, failed.length],
    [
      'S9: claims',
      attempts.claimed,
      attempts.done + attempts.retried + attempts.failed + attempts.unstarted + attempts.lost,
    ],
    ['S9: claims lost', attempts.lost, lost.length],
    ['S8: stale outcomes', attempts.stale, stale],
  ];
  for (const [what, left, right] of equations) {
    if (left !== right) yield `${what}: ${left} is not ${right}`;
  }
}
