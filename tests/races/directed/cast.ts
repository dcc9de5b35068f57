import type { CleanupClaim, CleanupOutcome, LeaseStore } from '@lease/core';
import {
  createCommand,
  type CreateCommandParts,
  httpCleanup,
  LawBroken,
  objectRef,
} from '@lease/core/testing';
import { claimAll } from './race.js';

export const idOf = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
/** The leases of most schedules. */
export const ONE = idOf(1);
export const TWO = idOf(2);
export const THREE = idOf(3);
/** The object of most schedules, and its key. */
const OBJECT = objectRef('o');
export const KEY = 'custom/o';

const CLEANUP = httpCleanup({ url: 'http://a.example/' });

/** A create of a lease with a cleanup; on {@link OBJECT} unless it says otherwise. */
export function aCreate(leaseId: string, parts: Partial<CreateCommandParts> = {}) {
  return createCommand({ leaseId, object: OBJECT, cleanup: CLEANUP, ...parts });
}

/** A create without a cleanup. */
export function aPlainCreate(leaseId: string, parts: Partial<CreateCommandParts> = {}) {
  return createCommand({ leaseId, object: OBJECT, ...parts });
}

export function aRelease(
  leaseId: string,
  disposition: 'COLLECT' | 'KEEP' = 'COLLECT',
  serviceId = 'service-a',
) {
  return { leaseId, serviceId, disposition };
}

export function aRenewal(leaseId: string, ttlMs?: number) {
  return { leaseId, serviceId: 'service-a', ...(ttlMs !== undefined && { ttlMs }) };
}

/** How a store answered, in one word. */
export function wordOf(
  result: { readonly outcome: 'done' } | { readonly outcome: 'refused'; readonly reason: string },
): string {
  return result.outcome === 'done' ? 'done' : result.reason;
}

/** The answer to a batch of one. */
export function only<T>(results: readonly T[]): T {
  const [result] = results;
  if (result === undefined || results.length > 1)
    throw new LawBroken(`${results.length} answers to one command`);
  return result;
}

/** An object whose only lease was released. */
export async function makeDue(store: LeaseStore): Promise<void> {
  await store.create([aCreate(ONE)]);
  await store.release([aRelease(ONE)]);
}

/** An object that a claimant has. */
export async function makeClaimed(store: LeaseStore, claimMs: number): Promise<CleanupClaim> {
  await makeDue(store);
  return only(await claimAll(store, 'first', claimMs));
}

/** An object whose cleanup was given up; returns the id of the cleanup. */
export async function makeAbandoned(store: LeaseStore): Promise<string> {
  const claim = await makeClaimed(store, 10_000);
  await store.settleCleanups([{ ...outcomeOf(claim), kind: 'fail', abandonReason: 'TERMINAL_ANSWER' }]);
  return claim.cleanupId;
}

export function outcomeOf({
  cleanupId,
  object,
  fence,
}: CleanupClaim): Pick<CleanupOutcome, 'cleanupId' | 'object' | 'fence'> {
  return { cleanupId, object, fence };
}

export function done(claim: CleanupClaim): CleanupOutcome {
  return { ...outcomeOf(claim), kind: 'done' };
}
