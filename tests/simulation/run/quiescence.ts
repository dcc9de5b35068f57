import { GAP } from '@lease/core';
import type { Climate, Shape } from '../plan/shape.js';
import { MAX_ATTEMPT_MS, MAX_BACKOFF_MS } from './cleanup-choice.js';
import type { World } from './world.js';

/** What late messages, a settle that waits out its backoff, and a few turns of the loops may take. */
const SLACK_MS = 20_000;
const CLAIM_MS = 40_000;
/** After an endpoint was down for long, until its next probe. */
const BREAKER_MS = 60_000;

/** How long after the last fault everything that nobody holds must be gone. */
export function quietAfterMs({ ttlsMs, graceMs }: Shape): number {
  const dueMs = Math.max(...ttlsMs) + graceMs + GAP.maxPauseMs;
  return Math.max(dueMs, BREAKER_MS) + CLAIM_MS + MAX_ATTEMPT_MS + MAX_BACKOFF_MS + SLACK_MS;
}

/** At rest: everything not held is collected or abandoned, nothing else is, and a recount agrees (S6, S16, L1, L2). */
export async function checkQuiescence(world: World, climate: Climate): Promise<void> {
  const { books, verdict } = world;
  const held = new Set<string>();
  for (const { hold, process } of books.holds.live) {
    if (hold.state === 'lost') continue;
    verdict.expect(
      hold.state === 'held',
      'liveness',
      () => `hold ${hold.leaseId} of ${process.name} stays ${hold.state}`,
    );
    held.add(hold.leaseId);
    if (books.holds.mayNotKnow(hold.leaseId)) continue;
    const lease = books.leases.get(hold.leaseId)?.lease;
    verdict.expect(
      lease?.state === 'ACTIVE',
      'hold',
      () => `hold ${hold.leaseId} says held, its lease is ${lease?.state ?? 'gone'}`,
    );
  }
  for (const { lease } of books.leases.allActive) {
    verdict.expect(
      held.has(lease.leaseId),
      'liveness',
      () => `lease ${lease.leaseId} is active, and nobody renews it`,
    );
  }
  for (const { cleanupId, key, state } of books.cleanups.pending) {
    verdict.expect(
      state === 'ABANDONED',
      'liveness',
      () => `cleanup ${cleanupId} of ${key} is still ${state}`,
    );
  }
  await recountLeases(world);
  await recountCleanups(world);
  countCallbacks(world, climate);
}

async function recountLeases({ store, books, verdict }: World): Promise<void> {
  let count = 0;
  let cursor: string | undefined;
  do {
    const page = await store.list({ limit: 97, ...(cursor !== undefined && { cursor }) });
    for (const lease of page.leases) books.leases.shown(lease, 'the last listing');
    count += page.leases.length;
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  const known = books.leases.all.length;
  verdict.expect(count === known, 'S16', () => `${count} leases are listed, ${known} should be`);
}

async function recountCleanups({ store, books, verdict }: World): Promise<void> {
  const { totals } = books.cleanups;
  for (const state of ['DUE', 'CLAIMED', 'ABANDONED', 'COLLECTED', 'REVIVED', 'FORGOTTEN'] as const) {
    let count = 0;
    let cursor: string | undefined;
    do {
      const page = await store.listCleanups({ state, limit: 97, ...(cursor !== undefined && { cursor }) });
      count += page.cleanups.length;
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    const known = books.cleanups.all.filter((each) => each.state === state && !each.pruned).length;
    verdict.expect(
      count === known,
      'S6',
      () => `${count} cleanups are listed as ${state}, ${known} should be`,
    );
  }
  const counted = books.cleanups.all.length + totals.kept;
  verdict.expect(
    totals.ended === counted,
    'S6',
    () => `${totals.ended} lives ended, ${counted} were seen to`,
  );
}

/** S9: without a fault callbacks = cleanups, exactly; when replicas die, duplicates <= unsettled claims. */
function countCallbacks({ books, verdict }: World, climate: Climate): void {
  if (climate !== 'calm' && climate !== 'kills') return;
  let duplicates = 0;
  for (const { cleanupId, state } of books.cleanups.all) {
    const arrivals = books.attempts.arrivalsOf(cleanupId);
    const due = state === 'COLLECTED' ? 1 : 0;
    duplicates += Math.max(0, arrivals - due);
    verdict.expect(
      climate !== 'calm' || arrivals === due,
      'S9',
      () => `cleanup ${cleanupId} is ${state} and was called ${arrivals} times, without any fault`,
    );
  }
  const allowed = books.attempts.unsettledAtDeaths;
  verdict.expect(
    duplicates <= allowed,
    'S9',
    () => `${duplicates} duplicate callbacks, ${allowed} claims were open at kills`,
  );
}
