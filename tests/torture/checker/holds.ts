import type { Fault, HeldLease, History } from '../history.js';
import type { LeaseRecord } from './lease-record.js';

/** S4, S14, F13: who holds is told the truth, and loses nothing by an outage that is not his. */
export function* brokenByHolds(
  { holds, faults, graceMs }: History,
  records: readonly LeaseRecord[],
): Generator<string> {
  const rows = new Map(records.map(({ leaseId, row }) => [leaseId, row]));
  for (const hold of holds) {
    const { leaseId, ttlMs, block, lostMs, renewals } = hold;
    const row = rows.get(leaseId);
    if (block && block.ms >= ttlMs && (block.state === 'held' || block.asserted))
      yield `F13: hold ${leaseId} said that it was ${block.state} after a block of ${block.ms} ms`;
    if (lostMs !== undefined && row?.state === 'ACTIVE') yield `S4: hold ${leaseId} was lost, and lives`;
    if (lostMs !== undefined && row && block === undefined && row.renewals < renewals)
      yield `S11: a renewal of hold ${leaseId} is lost`;
    if (lostMs !== undefined && block === undefined && faults.some((fault) => spares(fault, hold)))
      yield `S14: hold ${leaseId} was lost by an outage that was not its own`;
    if (
      lostMs !== undefined &&
      block === undefined &&
      !faults.some((fault) => mayHaveKept(fault, lostMs, hold, graceMs))
    )
      yield `S2: hold ${leaseId} was lost, and nothing had kept it from renewing`;
  }
}

/** In the last term of its lease there was a fault, whichever, or just before it. */
function mayHaveKept(
  { fromMs, toMs }: Fault,
  lostMs: number,
  { ttlMs }: HeldLease,
  graceMs: number,
): boolean {
  return fromMs < lostMs && lostMs - 2 * (ttlMs + graceMs) < toMs;
}

/** Its lease would have ended while nobody could renew it: then it has as long again. */
function spares({ total, fromMs, toMs }: Fault, { expireMs }: HeldLease): boolean {
  return total === true && fromMs < expireMs && expireMs < toMs && toMs - fromMs > 1_000;
}
