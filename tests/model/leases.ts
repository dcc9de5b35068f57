import type {
  CleanupReason,
  CreateLease,
  CreateResult,
  Lease,
  ReleaseLease,
  ReleaseResult,
  RenewLease,
  RenewResult,
} from '@lease/core';
import { draw, holders, keyOf, type Life, type Model, type ModelLease } from './records.js';

function find(model: Model, leaseId: string): ModelLease | undefined {
  return model.leases.find(({ lease, pruned }) => !pruned && lease.leaseId === leaseId);
}

export function create(model: Model, command: CreateLease): CreateResult {
  const { now } = model;
  const refused = <Reason extends string>(reason: Reason) => ({ outcome: 'refused', reason, now }) as const;
  const known = find(model, command.leaseId);
  if (known?.requestHash === command.requestHash) {
    return { outcome: 'done', lease: known.lease, replayed: true, now };
  }
  if (known) return refused('LEASE_ID_TAKEN');

  const life = model.lives.get(keyOf(command.object));
  const run = life?.run;
  if (run?.state === 'CLAIMED' || (run?.state === 'DUE' && run.unanswered)) {
    return refused('OBJECT_BEING_COLLECTED');
  }
  const owned = life?.cleanup;
  if (
    command.cleanup &&
    owned &&
    owned.hash !== command.cleanup.hash &&
    owned.serviceId !== command.serviceId
  ) {
    return refused('CLEANUP_OWNED');
  }
  const active = model.leases.filter(
    ({ lease }) => lease.state === 'ACTIVE' && lease.serviceId === command.serviceId,
  );
  if (active.length >= command.maxActive) return refused('LEASE_QUOTA_EXCEEDED');

  const next = run || !life ? begin(model, command, life) : life;
  if (run) {
    run.state = 'REVIVED';
    run.endTime = now;
  }
  const { leaseId, serviceId, metadata, ttlMs, requestHash } = command;
  if (command.cleanup && next.cleanup?.hash !== command.cleanup.hash) {
    next.cleanup = { ...command.cleanup, leaseId, serviceId, metadata };
  }
  const lease: Lease = {
    leaseId,
    object: command.object,
    serviceId,
    state: 'ACTIVE',
    generation: next.generation,
    ttlMs,
    createTime: now,
    expireTime: now + ttlMs,
    renewTime: now,
    renewalCount: 0,
    metadata,
    hasCleanup: command.cleanup !== undefined,
    revived: run !== undefined,
    priorAttempts: run?.reached ?? 0,
  };
  model.leases.push({ lease, requestHash, pruned: false });
  return { outcome: 'done', lease, replayed: false, now };
}

/** A new life, with the cleanup of the one before it if that is being revived. */
function begin(model: Model, { object }: CreateLease, before: Life | undefined): Life {
  const life: Life = { object, generation: draw(model) };
  if (before?.cleanup) life.cleanup = before.cleanup;
  model.lives.set(keyOf(object), life);
  return life;
}

/** The refusal that renew and release have in common, or the lease. */
function holding(model: Model, { leaseId, serviceId }: { leaseId: string; serviceId: string }) {
  const { now } = model;
  const found = find(model, leaseId);
  if (!found) return { outcome: 'refused', reason: 'LEASE_NOT_FOUND', now } as const;
  if (found.lease.serviceId !== serviceId)
    return { outcome: 'refused', reason: 'NOT_LEASE_HOLDER', now } as const;
  return { outcome: 'held', found } as const;
}

export function renew(model: Model, command: RenewLease): RenewResult {
  const { now } = model;
  const held = holding(model, command);
  if (held.outcome === 'refused') return held;
  const { lease } = held.found;
  if (lease.state !== 'ACTIVE') return { outcome: 'refused', reason: 'LEASE_ENDED', now };
  delete held.found.putOffUntil;
  held.found.lease = {
    ...lease,
    expireTime: Math.max(lease.expireTime, now + (command.ttlMs ?? lease.ttlMs)),
    renewTime: now,
    renewalCount: lease.renewalCount + 1,
  };
  return { outcome: 'done', lease: held.found.lease, now, marginMs: lease.expireTime - now };
}

export function release(model: Model, { disposition, ...command }: ReleaseLease): ReleaseResult {
  const { now } = model;
  const held = holding(model, command);
  if (held.outcome === 'refused') return held;
  const { found } = held;
  const { lease } = found;
  if (lease.state !== 'ACTIVE') {
    const same = lease.state === 'RELEASED' ? lease.disposition === disposition : disposition === 'COLLECT';
    return same ? { outcome: 'done', lease, now } : { outcome: 'refused', reason: 'LEASE_ENDED', now };
  }
  const life = lifeOf(model, lease);
  if (disposition === 'KEEP' && life.cleanup && life.cleanup.serviceId !== lease.serviceId) {
    return { outcome: 'refused', reason: 'CLEANUP_OWNED', now };
  }
  found.lease = { ...lease, state: 'RELEASED', endTime: now, disposition };
  if (disposition === 'KEEP' && life.cleanup) {
    if (holders(model, lease.object).length === 0) model.keptLives += 1;
    delete life.cleanup;
  }
  endLife(model, life, 'RELEASED', [lease.leaseId]);
  return { outcome: 'done', lease: found.lease, now };
}

/** Expires the leases, which one sweep found. */
export function expire(model: Model, leases: readonly ModelLease[]): void {
  for (const found of leases) found.lease = { ...found.lease, state: 'EXPIRED', endTime: model.now };
  const objects = new Map(leases.map(({ lease }) => [keyOf(lease.object), lease]));
  for (const [key, lease] of objects) {
    const ended = leases.filter((other) => keyOf(other.lease.object) === key);
    endLife(
      model,
      lifeOf(model, lease),
      'EXPIRED',
      ended.map((other) => other.lease.leaseId),
    );
  }
}

function lifeOf(model: Model, lease: Lease): Life {
  const life = model.lives.get(keyOf(lease.object));
  if (!life) throw new Error(`the model lost the object of lease ${lease.leaseId}`);
  return life;
}

/** If nobody holds the object any more: it is due, or dropped. */
function endLife(model: Model, life: Life, reason: CleanupReason, lastLeaseIds: readonly string[]): void {
  if (holders(model, life.object).length > 0) return;
  if (!life.cleanup) {
    model.lives.delete(keyOf(life.object));
    return;
  }
  life.run = {
    object: life.object,
    generation: life.generation,
    given: life.cleanup,
    reason,
    lastLeaseIds,
    dueTime: model.now,
    state: 'DUE',
    at: model.now,
    attempt: 0,
    reached: 0,
    spent: 0,
    lost: 0,
    unanswered: false,
    pruned: false,
  };
  model.runs.push(life.run);
}
