import type { Clock } from '../clock/clock.js';
import type { Answer } from '../service/answer.js';
import { LIMITS } from '../service/limits.js';
import { checkLimit } from '../service/paging.js';
import { Violations } from '../service/validate/violations.js';
import { checkWhole } from '../service/validate/whole.js';
import type { RetryCleanup } from '../store/cleanup-verbs.js';
import type { LeaseStore } from '../store/lease-store.js';
import { checkCleanupIds } from './check-cleanup-ids.js';
import { checkFilter } from './check-filter.js';
import type { AbandonedCleanupFilter, RetriedCleanups, RetryCleanupsRequest } from './requests.js';
import { verdictOf } from './verdict.js';

/** A request that was checked. */
export type RetryOrder =
  | { readonly cleanupIds: readonly string[]; readonly staggerMs: number }
  | { readonly filter: AbandonedCleanupFilter; readonly limit: number; readonly staggerMs: number };

export function retryOrder(request: RetryCleanupsRequest): Answer<RetryOrder> {
  const violations = new Violations();
  const { cleanupIds = [], filter } = request;
  const limit = checkLimit(violations, 'limit', request.limit);
  const stagger = { ...LIMITS.staggerMs, unit: 'ms' };
  const staggerMs = checkWhole(violations, 'stagger', request.staggerMs ?? 0, stagger);
  if (filter === undefined) {
    const ids = checkCleanupIds(violations, cleanupIds);
    return violations.found ? violations.refuse() : { ok: true, value: { cleanupIds: ids, staggerMs } };
  }
  if (cleanupIds.length > 0) violations.add('filter', 'is set, and so is cleanup_ids: give one of the two');
  const checked = checkFilter(violations, filter, 'filter.');
  return violations.found ? violations.refuse() : { ok: true, value: { filter: checked, limit, staggerMs } };
}

export async function retryCleanups(
  store: LeaseStore,
  clock: Clock,
  order: RetryOrder,
): Promise<RetriedCleanups> {
  if ('cleanupIds' in order) {
    const results = await store.retryCleanups(staggered(order.cleanupIds, order.staggerMs));
    return { results: order.cleanupIds.map((id, i) => verdictOf(id, results[i], 'retried')), more: false };
  }
  const { cleanupIds, more } = await findAbandoned(store, clock, order);
  if (cleanupIds.length === 0) return { results: [], more };
  const results = await store.retryCleanups(staggered(cleanupIds, order.staggerMs));
  // One that another operator retried, or a lease revived, since it was found is abandoned no more: it does not match.
  const retried = cleanupIds.filter((_, i) => results[i] === 'retried');
  return { results: retried.map((id) => verdictOf(id, 'retried', 'retried')), more };
}

/** Spreads them evenly: of n, the first is due now and the last one n-th before the end. */
export function staggered(cleanupIds: readonly string[], staggerMs: number): readonly RetryCleanup[] {
  return cleanupIds.map((cleanupId, i) => ({
    cleanupId,
    delayMs: Math.floor((i * staggerMs) / cleanupIds.length),
  }));
}

/**
 * The first `limit` that match. A page may be short and still have a successor, so it goes on until there are enough or
 * none is left: a call that stopped at the first short page could find nothing, again and again, where the matches are
 * far behind. Each page is one bounded read, nothing is visited twice, and between two pages others have their turn.
 */
async function findAbandoned(
  store: Pick<LeaseStore, 'listCleanups'>,
  clock: Clock,
  { filter, limit }: Extract<RetryOrder, { readonly filter: AbandonedCleanupFilter }>,
): Promise<{ readonly cleanupIds: readonly string[]; readonly more: boolean }> {
  const cleanupIds: string[] = [];
  let cursor: string | undefined;
  do {
    // A store in memory answers at once: its pages alone would hold the event loop for as long as there are any.
    if (cursor !== undefined) await turn(clock);
    const page = await store.listCleanups({
      ...filter,
      state: 'ABANDONED',
      limit: limit - cleanupIds.length,
      ...(cursor !== undefined && { cursor }),
    });
    cleanupIds.push(...page.cleanups.map(({ cleanupId }) => cleanupId));
    cursor = page.nextCursor;
  } while (cursor !== undefined && cleanupIds.length < limit);
  return { cleanupIds, more: cursor !== undefined };
}

function turn(clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    clock.schedule(0, resolve);
  });
}
