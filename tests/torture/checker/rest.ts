import type { LeaseRecord } from './lease-record.js';

/** S11, L1: what was answered is in the store, and what had to end has. */
export function* brokenByRest(records: readonly LeaseRecord[]): Generator<string> {
  for (const { leaseId, answered, row, expireMs } of records) {
    if (row === undefined) {
      if (answered.length > 0) yield `S11: lease ${leaseId} was answered and is not there`;
      continue;
    }
    if (row.state === 'ACTIVE') yield `L1: lease ${leaseId} never ended`;
    const renewals = Math.max(0, ...answered.map(({ answer }) => answer.lease.renewals));
    if (row.renewals < renewals || row.expireMs < expireMs)
      yield `S11: a renewal of lease ${leaseId} is lost`;
    const end = answered.find(({ answer }) => answer.lease.state !== 'ACTIVE')?.answer.lease;
    if (end && end.state !== row.state)
      yield `S11: lease ${leaseId} was told to be ${end.state}, and is ${row.state}`;
  }
}
