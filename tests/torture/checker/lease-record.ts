import type { Answer, History, Operation, StoredLease } from '../history.js';

/** An operation that was carried out, and what it showed. */
export type Answered = Operation & { readonly answer: Extract<Answer, { kind: 'ok' }> };

/** All that is known of one lease. */
export interface LeaseRecord {
  readonly leaseId: string;
  readonly objectKey: string;
  /** In the order in which they were sent. */
  readonly operations: readonly Operation[];
  /** Those that showed the lease. */
  readonly answered: readonly Answered[];
  readonly row: StoredLease | undefined;
  /** When a release was sent first that may have ended it; Infinity if none was. */
  readonly releaseSentMs: number;
  /** The latest expire time that was answered; -Infinity if none was. */
  readonly expireMs: number;
}

export function recordsOf({ operations, rest }: History): readonly LeaseRecord[] {
  const rows = new Map(rest.leases.map((row) => [row.leaseId, row]));
  const byLease = new Map<string, Operation[]>();
  for (const leaseId of rows.keys()) byLease.set(leaseId, []);
  for (const operation of operations) {
    const known = byLease.get(operation.leaseId);
    if (known) known.push(operation);
    else byLease.set(operation.leaseId, [operation]);
  }
  return [...byLease].map(([leaseId, all]) => recordOf(leaseId, all, rows.get(leaseId)));
}

function recordOf(leaseId: string, all: readonly Operation[], row: StoredLease | undefined): LeaseRecord {
  const operations = all.toSorted((a, b) => a.sentMs - b.sentMs);
  const answered = operations.filter((operation): operation is Answered => operation.answer.kind === 'ok');
  return {
    leaseId,
    objectKey: row?.objectKey ?? operations[0]?.objectKey ?? '',
    operations,
    answered,
    row,
    releaseSentMs: Math.min(Infinity, ...operations.filter(mayRelease).map(({ sentMs }) => sentMs)),
    expireMs: Math.max(-Infinity, ...answered.map(({ answer }) => answer.lease.expireMs)),
  };
}

/** Whether a release may have ended the lease, now or later: one that is not the holder's never does. */
export function mayRelease({ verb, answer }: Operation): boolean {
  if (verb !== 'release') return false;
  return answer.kind !== 'refused' || !['NOT_LEASE_HOLDER', 'CLEANUP_OWNED'].includes(answer.reason);
}

export function hasEnded({ answer }: Operation): boolean {
  if (answer.kind === 'ok') return answer.lease.state !== 'ACTIVE';
  return answer.kind === 'refused' && answer.reason === 'LEASE_ENDED';
}
