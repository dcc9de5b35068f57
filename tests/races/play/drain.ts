import { setTimeout as delay } from 'node:timers/promises';
import type { CleanupClaim, LeaseStore } from '@lease/core';
import { GRACE_MS } from './stage.js';
import type { Answer } from './answers.js';

/** Collects all that is left; rejects if something stays. Nothing of a race is more than a few 100 ms in the future. */
export async function drain(store: LeaseStore, answers: Answer[]): Promise<void> {
  const deadline = performance.now() + 10_000;
  for (;;) {
    await store.resume();
    const report = await store.expireDue({ limit: 1_000, graceMs: GRACE_MS, brakeShare: 1 });
    answers.push({ verb: 'sweep', report });
    const { cleanups } = await store.listCleanups({ state: 'ABANDONED', limit: 1_000 });
    if (cleanups.length > 0)
      await store.retryCleanups(cleanups.map(({ cleanupId }) => ({ cleanupId, delayMs: 0 })));
    const claims = await store.claimCleanups({
      ...{ claimant: 'drain', limit: 1_000, perEndpointLimit: 1_000, busyEndpoints: [], claimMs: 10_000 },
    });
    answers.push({ verb: 'claim', claims });
    await settleAll(store, claims, answers);
    const { leases, cleanups: left, heldObjects } = await store.stats();
    if (leases.active + left.open + left.abandoned + heldObjects === 0) return;
    if (performance.now() > deadline) {
      throw new Error(
        `${leases.active} leases, ${left.open} open and ${left.abandoned} abandoned cleanups stay for ever`,
      );
    }
    await delay(10);
  }
}

async function settleAll(
  store: LeaseStore,
  claims: readonly CleanupClaim[],
  answers: Answer[],
): Promise<void> {
  if (claims.length === 0) return;
  const outcomes = claims.map(({ cleanupId, object, fence }) => ({
    cleanupId,
    object,
    fence,
    kind: 'done' as const,
  }));
  const results = await store.settleCleanups(outcomes);
  for (const [index, command] of outcomes.entries()) {
    answers.push({ verb: 'settle', command, result: results[index] ?? 'stale' });
  }
}
