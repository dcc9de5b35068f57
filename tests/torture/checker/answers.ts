import type { History } from '../history.js';
import { type Answered, hasEnded, type LeaseRecord } from './lease-record.js';
import type { StoreClock } from './store-clock.js';

/** What the answers about one lease say that they must not, each by itself or beside another one. */
export function* brokenByAnswers(
  record: LeaseRecord,
  history: History,
  clock: StoreClock,
): Generator<string> {
  yield* sameLease(record);
  yield* sameValues(record);
  yield* noResurrection(record);
  yield* rightTime(record, clock);
  yield* longEnough(record, history, clock);
}

/** S12: the id is the idempotency key. */
function* sameLease({ leaseId, operations, answered, row }: LeaseRecord): Generator<string> {
  const what = `S12: lease ${leaseId}`;
  const creates = answered.filter(({ verb }) => verb === 'create');
  if (creates.filter(({ answer }) => answer.replayed !== true).length > 1) yield `${what} was created twice`;
  if (new Set(creates.map(({ request }) => request)).size > 1) yield `${what} answers to another request`;
  const asked = operations.filter(({ verb }) => verb === 'create');
  const others = (request: string | undefined) => asked.filter((create) => create.request !== request);
  for (const { request, answer } of asked) {
    if (
      isRefusal(answer, 'LEASE_ID_TAKEN') &&
      (others(request).length === 0 || request === creates[0]?.request)
    )
      yield `${what} is taken, and by nothing else`;
  }
  const readings = [...answered.map(({ answer }) => answer.lease), ...(row ? [row] : [])];
  const births = readings.map(({ createMs, generation, objectKey, serviceId }) =>
    [createMs, generation, objectKey, serviceId].join(),
  );
  if (new Set(births).size > 1) yield `${what} is not the same in each answer`;
  if (
    creates.some(
      ({ client, objectKey, answer: { lease } }) =>
        lease.serviceId !== client || lease.objectKey !== objectKey,
    )
  )
    yield `${what} is not what was asked for`;
}

/** S3: equal states have equal values, and later ones later times. */
function* sameValues({ leaseId, answered, row }: LeaseRecord): Generator<string> {
  const readings = [...answered.map(({ answer }) => answer.lease), ...(row ? [row] : [])];
  const sorted = readings.toSorted((a, b) => a.renewals - b.renewals);
  for (const [index, reading] of sorted.entries()) {
    const before = sorted[index - 1];
    if (before === undefined) continue;
    if (before.renewals === reading.renewals && before.expireMs !== reading.expireMs)
      yield `S3: lease ${leaseId} has two expire times after ${reading.renewals} renewals`;
    if (before.expireMs > reading.expireMs) yield `S3: a renewal of lease ${leaseId} shortened it`;
  }
  const ends = readings.filter(({ state }) => state !== 'ACTIVE');
  if (new Set(ends.map(({ state, endMs, disposition }) => [state, endMs, disposition].join())).size > 1)
    yield `S3: lease ${leaseId} has two ends`;
  if (readings.some(({ state, endMs }) => (state === 'ACTIVE') !== (endMs === undefined)))
    yield `S3: lease ${leaseId} has an end time and is active, or none and has ended`;
}

/** S4: once an answer showed that it ended, no renewal that was sent later succeeds. */
function* noResurrection({ leaseId, operations, answered }: LeaseRecord): Generator<string> {
  const endedMs = Math.min(Infinity, ...operations.filter(hasEnded).map(({ doneMs }) => doneMs));
  for (const { verb, sentMs, answer } of answered) {
    if (sentMs <= endedMs) continue;
    if (verb === 'renew') yield `S4: lease ${leaseId} was renewed after its end was told`;
    else if (answer.lease.state === 'ACTIVE') yield `S4: lease ${leaseId} is active after its end was told`;
  }
}

/** S15: every instant of an answer is the store's. */
function* rightTime({ leaseId, answered }: LeaseRecord, clock: StoreClock): Generator<string> {
  for (const { verb, sentMs, doneMs, answer } of answered) {
    const [earliest, latest] = clock.within(sentMs, doneMs);
    if (answer.serverMs < earliest || answer.serverMs > latest)
      yield `S15: a ${verb} of lease ${leaseId} was answered at ${answer.serverMs}, not in [${earliest}, ${latest}]`;
    const { createMs } = answer.lease;
    if (verb === 'create' && answer.replayed !== true && (createMs < earliest || createMs > latest))
      yield `S15: lease ${leaseId} was created at ${createMs}, not in [${earliest}, ${latest}]`;
  }
}

/** S2: whoever was given a term has it, and whoever is told of an end had it. */
function* longEnough(
  { leaseId, operations, answered, row, releaseSentMs }: LeaseRecord,
  { graceMs }: History,
  clock: StoreClock,
): Generator<string> {
  for (const { verb, ttlMs, sentMs, doneMs, answer } of answered) {
    const given = verb === 'renew' || (verb === 'create' && answer.replayed !== true);
    if (!given || ttlMs === undefined) continue;
    const [earliest] = clock.within(sentMs, doneMs);
    if (answer.lease.expireMs < earliest + ttlMs)
      yield `S2: a ${verb} of lease ${leaseId} gave less than ${ttlMs} ms`;
  }
  const readings = [...answered.map(({ answer }) => answer.lease), ...(row ? [row] : [])];
  if (readings.some((each) => each.state === 'EXPIRED' && (each.endMs ?? 0) < each.expireMs + graceMs))
    yield `S2: lease ${leaseId} expired before its time`;
  for (const operation of operations) {
    if (!hasEnded(operation) || releaseSentMs < operation.doneMs) continue;
    const expireMs = Math.max(-Infinity, ...answered.filter(before(operation)).map(expiry));
    if (clock.highest(operation.doneMs) < expireMs + graceMs)
      yield `S2: lease ${leaseId} was told to have ended before ${expireMs}, and nobody had released it`;
  }
}

function before({ sentMs }: { readonly sentMs: number }) {
  return ({ doneMs }: Answered) => doneMs < sentMs;
}

function expiry({ answer }: Answered): number {
  return answer.lease.expireMs;
}

function isRefusal(answer: { readonly kind: string; readonly reason?: string }, reason: string): boolean {
  return answer.kind === 'refused' && answer.reason === reason;
}
