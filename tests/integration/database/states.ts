import { randomUUID } from 'node:crypto';
import type { CleanupClaim, CleanupOutcome, CreateLease, LeaseStore } from '@lease/core';
import { createCommand, httpCleanup } from '@lease/core/testing';

/** Takes a lease with a cleanup on an object of its own. */
export async function held(store: LeaseStore, host = 'a.example'): Promise<CreateLease> {
  const command = createCommand({
    leaseId: randomUUID(),
    ttlMs: 60_000,
    cleanup: httpCleanup({ url: `http://${host}/`, payload: 'payload' }),
  });
  const [result] = await store.create([command]);
  if (result?.outcome !== 'done') throw new Error('a create was refused');
  return command;
}

/** The same, released: the object is due. */
export async function due(store: LeaseStore, host?: string): Promise<CreateLease> {
  const command = await held(store, host);
  const { leaseId, serviceId } = command;
  await store.release([{ leaseId, serviceId, disposition: 'COLLECT' }]);
  return command;
}

/** The same, claimed; nothing else may be due. */
export async function claimed(store: LeaseStore, claimMs = 40_000): Promise<CleanupClaim> {
  await due(store);
  return claimOne(store, claimMs);
}

export async function claimOne(store: LeaseStore, claimMs = 40_000): Promise<CleanupClaim> {
  const claim = { claimant: 'claimant', limit: 1, perEndpointLimit: 1, busyEndpoints: [], claimMs };
  const [first] = await store.claimCleanups(claim);
  if (first === undefined) throw new Error('nothing was due');
  return first;
}

/** The same, abandoned. */
export async function abandoned(store: LeaseStore): Promise<CleanupClaim> {
  const claim = await claimed(store);
  await store.settleCleanups([outcome(claim, 'fail')]);
  return claim;
}

/** The same, due again in an hour, after an attempt that was not answered. */
export async function unanswered(store: LeaseStore): Promise<CleanupClaim> {
  const claim = await claimed(store);
  await store.settleCleanups([
    { ...outcome(claim, 'retry'), delayMs: 3_600_000, contact: 'unanswered' } as CleanupOutcome,
  ]);
  return claim;
}

/** The outcome of a claim. A retry is answered, and due again at once. */
export function outcome(
  { cleanupId, object, fence }: CleanupClaim,
  kind: CleanupOutcome['kind'],
): CleanupOutcome {
  const of = { cleanupId, object, fence };
  switch (kind) {
    case 'fail':
      return { ...of, kind, abandonReason: 'TERMINAL_ANSWER' };
    case 'retry':
      return { ...of, kind, contact: 'answered', delayMs: 0, abandonReason: 'ATTEMPTS_EXHAUSTED' };
    default:
      return { ...of, kind };
  }
}
