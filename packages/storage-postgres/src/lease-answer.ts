import type { Done, Instant, Refused } from '@lease/core';
import { type LeaseRow, readLeases } from './lease-row.js';

/** What the SQL functions for renewals and releases answer: every lease of the batch is in one of the two. */
export interface LeaseAnswer<Reason extends string> {
  readonly now: Instant;
  readonly leases: readonly LeaseRow[] | null;
  /** Of a renewal: milliseconds to the end of each of these leases, before. */
  readonly margins?: readonly number[] | null;
  readonly refused?: Readonly<Record<string, Reason>> | null;
}

/** Finds the result of each command in the answer to the batch. */
export function resultOf<Reason extends string>(
  rows: readonly { readonly answer: LeaseAnswer<Reason> }[],
): (command: { readonly leaseId: string }) => Done | Refused<Reason> {
  const answer = rows[0]?.answer;
  if (answer === undefined) throw new Error('a batch was not answered');
  const { now, refused } = answer;
  const leases = readLeases(answer.leases);
  return ({ leaseId }) => {
    const lease = leases.get(leaseId);
    if (lease !== undefined) return { outcome: 'done', lease, now };
    const reason = refused?.[leaseId];
    if (reason === undefined) throw new Error(`lease ${leaseId} was not answered`);
    return { outcome: 'refused', reason, now };
  };
}
