import { StoreUnavailableError } from '@lease/core';
import type { World } from './world.js';

/** 16 of them abandon a cleanup: that many have to fit into the shortest such time, again and again. */
const EVERY_MS = 150;
const CLAIM_MS = 100;
const LIMIT = 8;

/** One claimant after another claims what is due, and is never heard of again. */
export function loseClaims(world: World, forMs: number): void {
  const { scheduler, storeNode, verdict } = world;
  const endMs = scheduler.nowMs + forMs;
  const claim = () => {
    const claimant = `doomed-${Math.round(scheduler.nowMs)}`;
    const limits = { limit: LIMIT, perEndpointLimit: LIMIT, claimMs: CLAIM_MS, busyEndpoints: [] };
    storeNode
      .serve('claimCleanups', (store) => store.claimCleanups({ claimant, ...limits }))
      .catch((error: unknown) => {
        verdict.expect(
          error instanceof StoreUnavailableError,
          'fault',
          () => `a claim failed: ${String(error)}`,
        );
      });
    if (scheduler.nowMs + EVERY_MS < endMs) scheduler.after(EVERY_MS, claim);
  };
  claim();
}
