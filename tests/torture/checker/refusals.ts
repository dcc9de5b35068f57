import type { History } from '../history.js';
import type { LeaseRecord } from './lease-record.js';
import type { StoreClock } from './store-clock.js';

/** Whatever else is refused, no client of a run has given a reason for. */
const EXPECTED = new Set([
  ...['LEASE_NOT_FOUND', 'LEASE_ENDED', 'LEASE_ID_TAKEN', 'NOT_LEASE_HOLDER'],
  ...['OBJECT_BEING_COLLECTED', 'CLEANUP_OWNED', 'LEASE_QUOTA_EXCEEDED', 'OVERLOADED'],
]);

/** S3, S10: who is refused has given a reason, and who is a stranger is refused. */
export function* brokenByRefusals(
  { leaseId, operations, answered, row }: LeaseRecord,
  history: History,
  clock: StoreClock,
): Generator<string> {
  const holder = row?.serviceId ?? answered[0]?.answer.lease.serviceId;
  for (const { verb, client, sentMs, doneMs, answer } of operations) {
    const isStranger = holder !== undefined && client !== holder;
    if (answer.kind === 'ok' && isStranger && (verb === 'renew' || verb === 'release'))
      yield `S3: a ${verb} of lease ${leaseId} by ${client} was answered, and ${holder} holds it`;
    if (answer.kind !== 'refused') continue;
    if (!EXPECTED.has(answer.reason))
      yield `S3: a ${verb} of lease ${leaseId} was refused as ${answer.reason}`;
    if (answer.reason === 'NOT_LEASE_HOLDER' && client === holder)
      yield `S3: a ${verb} of lease ${leaseId} was refused to its holder`;
    if (
      answer.reason === 'LEASE_QUOTA_EXCEEDED' &&
      clock.isSteady &&
      mayHold(client, sentMs, doneMs, history, clock)
    )
      yield `S10: lease ${leaseId} was refused to ${client}, who had not used its quota up`;
  }
}

/**
 * An end is stamped before it is committed, and until then its lease counts: on a busy machine, while a disk is slow, for so
 * long. A service that asks again and again, and is refused for a reason that is none, is so for longer.
 */
const COMMIT_MS = 1_000;

/** Even if all that may have been active was, at once. */
function mayHold(
  service: string,
  sentMs: number,
  doneMs: number,
  { rest, quota }: History,
  clock: StoreClock,
): boolean {
  const [earliest, latest] = clock.within(sentMs, doneMs);
  const active = rest.leases.filter(
    ({ serviceId, createMs, endMs = Infinity }) =>
      serviceId === service && createMs <= latest && endMs >= earliest - COMMIT_MS,
  );
  return active.length < quota;
}
