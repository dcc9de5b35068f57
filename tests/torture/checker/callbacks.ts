import type { Callback, History } from '../history.js';
import { groupBy } from '../../helpers/group-by.js';
import type { LeaseRecord } from './lease-record.js';
import type { StoreClock } from './store-clock.js';

/** S1, S2, S7: when endpoints may be called, and with what. A call that the endpoint refuses as stale touches nothing. */
export function* brokenByCallbacks(
  { callbacks, graceMs }: History,
  records: readonly LeaseRecord[],
  clock: StoreClock,
): Generator<string> {
  const holders = groupBy(records, ({ objectKey }) => objectKey);
  for (const call of callbacks) {
    if (call.answer === 'stale') continue;
    const around = holders.get(call.objectKey) ?? [];
    for (const record of around) {
      if (!surelyActive(record, call, graceMs, clock)) continue;
      const isAlone = around.filter((other) => generationOf(other) === call.generation).length === 1;
      const isItsOwn = generationOf(record) === call.generation;
      yield isItsOwn && isAlone
        ? `S2: ${call.objectKey} was called for before the end of lease ${record.leaseId}`
        : `S1: ${call.objectKey} was called for while lease ${record.leaseId} was active`;
    }
  }
  yield* sameCleanup(callbacks);
}

/** By what its holder was told, or by what the store says in the end. */
function surelyActive(record: LeaseRecord, call: Callback, graceMs: number, clock: StoreClock): boolean {
  if (!surelyCreated(record, call, clock)) return false;
  const { row, releaseSentMs, expireMs } = record;
  const latestMs = clock.highest(call.arrivedMs);
  if (row?.endMs !== undefined && latestMs < row.endMs) return true;
  return call.arrivedMs < releaseSentMs && latestMs < expireMs + graceMs;
}

function surelyCreated({ answered, row }: LeaseRecord, call: Callback, clock: StoreClock): boolean {
  const [first] = answered;
  if (first && first.doneMs < call.arrivedMs) return true;
  const createMs = first?.answer.lease.createMs ?? row?.createMs ?? Infinity;
  return clock.isSteady && createMs < clock.earliest(call.arrivedMs);
}

function generationOf({ answered, row }: LeaseRecord): number | undefined {
  return answered[0]?.answer.lease.generation ?? row?.generation;
}

/** S7: attempts of one cleanup differ in their numbers only, which grow. A stale one may come late. */
function* sameCleanup(callbacks: readonly Callback[]): Generator<string> {
  for (const [cleanupId, calls] of groupBy(callbacks, (call) => call.cleanupId)) {
    const [first] = calls;
    const differs = calls.some(
      (call) =>
        call.objectKey !== first?.objectKey ||
        call.generation !== first.generation ||
        call.body !== first.body,
    );
    if (differs) yield `S7: the attempts of cleanup ${cleanupId} differ in more than their numbers`;
    const fresh = calls.filter(({ answer }) => answer !== 'stale');
    for (const [index, call] of fresh.entries()) {
      const before = fresh[index - 1];
      if (before && (before.attempt >= call.attempt || before.fence >= call.fence))
        yield `S7: attempt ${call.attempt} of cleanup ${cleanupId} came after attempt ${before.attempt}`;
    }
  }
}
