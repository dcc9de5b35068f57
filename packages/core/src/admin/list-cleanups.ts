import type { CleanupState } from '../cleanup/cleanup.js';
import type { Answer } from '../service/answer.js';
import { sealCursor } from '../service/page-token.js';
import { checkPage } from '../service/paging.js';
import { checkChoice } from '../service/validate/choice.js';
import { Violations } from '../service/validate/violations.js';
import type { CleanupPage, ListCleanups } from '../store/cleanup-verbs.js';
import { checkFilter } from './check-filter.js';
import type { CleanupListing, ListCleanupsRequest } from './requests.js';

type Filter = Omit<ListCleanups, 'limit' | 'cursor'>;

const STATES: readonly [CleanupState, ...CleanupState[]] = [
  'DUE',
  'CLAIMED',
  'ABANDONED',
  'COLLECTED',
  'REVIVED',
  'FORGOTTEN',
];

export function cleanupQuery(request: ListCleanupsRequest): Answer<ListCleanups> {
  const violations = new Violations();
  const { state } = request;
  const filter: Filter = {
    ...checkFilter(violations, request),
    ...(state !== undefined && { state: checkChoice(violations, 'state', state, STATES) }),
  };
  const page = checkPage(violations, request, scopeOf(filter));
  if (violations.found) return violations.refuse();
  return { ok: true, value: { ...filter, ...page } };
}

export function cleanupListing(
  query: ListCleanups,
  { cleanups, now, nextCursor }: CleanupPage,
): CleanupListing {
  if (nextCursor === undefined) return { cleanups, now };
  return { cleanups, now, nextPageToken: sealCursor(scopeOf(query), nextCursor) };
}

/** The page size is no part of it: it may change from page to page. */
function scopeOf({ serviceId, objectType, endpoint, state, abandonReason }: Filter): string {
  return JSON.stringify(['cleanups', serviceId, objectType, endpoint, state, abandonReason]);
}
