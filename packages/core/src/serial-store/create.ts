import { objectKey, typeGroup } from '../lease/object-ref.js';
import type { CreateLease, CreateResult, Refused } from '../store/lease-verbs.js';
import { finish } from './finish.js';
import type { LeaseRecord, ObjectRecord } from './records.js';
import { drawNumber, type Session } from './session.js';
import { isPending, leaseView } from './views.js';

/** Bounds of the pause that a create on an object under collection is told: an attempt mostly takes less than a claim. */
const RETRY_AFTER_MS = { min: 100, max: 1_000 } as const;

type Refusal = Extract<CreateResult, Refused<string>>;

/** See `LeaseStore.create`. The order of the checks is part of the contract: idempotency, object, owner, quota. */
export function createLease(session: Session, command: CreateLease): CreateResult {
  const { tables, now } = session;
  const known = tables.lease(command.leaseId);
  if (known !== undefined) {
    return known.requestHash === command.requestHash
      ? { outcome: 'done', lease: leaseView(known), replayed: true, now }
      : { outcome: 'refused', reason: 'LEASE_ID_TAKEN', now };
  }
  const key = objectKey(command.object);
  const object = tables.object(key);
  const refusal = refuse(session, command, object);
  if (refusal !== undefined) return refusal;

  const priorAttempts = object?.run?.reached ?? 0;
  const revived = object !== undefined && isPending(object);
  const held = object === undefined ? newObject(session, key) : revived ? revive(session, object) : object;
  held.active += 1;
  grantCleanup(held, command);
  if (object === undefined) tables.insertObject(held);
  else tables.saveObject(held);
  const lease = newLease(session, command, held, { revived, priorAttempts });
  tables.insertLease(lease);
  tables.addActiveLeases(command.serviceId, 1);
  tables.control.totals.created += 1;
  tables.control.totals.active += 1;
  tables.control.totals.activeByType[typeGroup(command.object.type)] += 1;
  tables.saveControl(now);
  return { outcome: 'done', lease: leaseView(lease), replayed: false, now };
}

function refuse(
  session: Session,
  command: CreateLease,
  object: ObjectRecord | undefined,
): Refusal | undefined {
  const { tables, now } = session;
  const mayStillBeReached =
    object?.state === 'CLAIMED' || (object?.state === 'DUE' && object.run?.unanswered === true);
  if (mayStillBeReached) {
    const waitMs = (object.dueAt ?? now) - now;
    const retryAfterMs = Math.min(Math.max(waitMs, RETRY_AFTER_MS.min), RETRY_AFTER_MS.max);
    return { outcome: 'refused', reason: 'OBJECT_BEING_COLLECTED', retryAfterMs, now };
  }
  const owned = object?.cleanup;
  if (
    command.cleanup !== undefined &&
    owned !== undefined &&
    owned.serviceId !== command.serviceId &&
    owned.hash !== command.cleanup.hash
  ) {
    return { outcome: 'refused', reason: 'CLEANUP_OWNED', now };
  }
  if (tables.activeLeases(command.serviceId) >= command.maxActive) {
    return { outcome: 'refused', reason: 'LEASE_QUOTA_EXCEEDED', now };
  }
  if (tables.full()) return { outcome: 'refused', reason: 'OVERLOADED', now };
  return undefined;
}

function newObject(session: Session, objectKey: string): ObjectRecord {
  session.tables.control.totals.held += 1;
  return {
    objectKey,
    state: 'HELD',
    active: 0,
    generation: drawNumber(session),
    cleanup: undefined,
    run: undefined,
    dueAt: undefined,
  };
}

/** A new life: the pending run is withdrawn; the cleanup and its owner stay with the object. */
function revive(session: Session, object: ObjectRecord): ObjectRecord {
  if (isPending(object)) finish(session, object, 'REVIVED');
  object.state = 'HELD';
  object.run = undefined;
  object.dueAt = undefined;
  object.generation = drawNumber(session);
  session.tables.control.totals.held += 1;
  return object;
}

/** The first to give a cleanup owns it, and may replace it. An equal one changes nothing, whoever gives it. */
function grantCleanup(object: ObjectRecord, { cleanup, serviceId, leaseId, metadata }: CreateLease): void {
  if (cleanup === undefined || object.cleanup?.hash === cleanup.hash) return;
  const { spec, hash, endpoint } = cleanup;
  object.cleanup = { spec, hash, endpoint, serviceId, leaseId, metadata };
}

function newLease(
  { now }: Session,
  command: CreateLease,
  object: ObjectRecord,
  life: Pick<LeaseRecord, 'revived' | 'priorAttempts'>,
): LeaseRecord {
  const expireTime = now + command.ttlMs;
  return {
    leaseId: command.leaseId,
    object: command.object,
    serviceId: command.serviceId,
    requestHash: command.requestHash,
    generation: object.generation,
    ttlMs: command.ttlMs,
    createTime: now,
    metadata: command.metadata,
    hasCleanup: command.cleanup !== undefined,
    ...life,
    state: 'ACTIVE',
    expireTime,
    renewTime: now,
    renewalCount: 0,
    endTime: undefined,
    disposition: undefined,
    checkAt: expireTime,
    lane: 'fresh',
  };
}
