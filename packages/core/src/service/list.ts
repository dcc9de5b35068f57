import type { LeaseState } from '../lease/lease.js';
import type { LeasePage, ListLeases } from '../store/lease-verbs.js';
import type { Answer } from './answer.js';
import { LIMITS } from './limits.js';
import { openCursor, sealCursor } from './page-token.js';
import type { LeaseListing, ListLeasesRequest } from './requests.js';
import { checkChoice } from './validate/choice.js';
import { checkObjectId, checkObjectType } from './validate/object.js';
import { checkServiceId } from './validate/service-id.js';
import { Violations } from './validate/violations.js';
import { checkWhole } from './validate/whole.js';

type Filter = Pick<ListLeases, 'serviceId' | 'objectType' | 'objectId' | 'state'>;

const STATES: readonly [LeaseState, ...LeaseState[]] = ['ACTIVE', 'EXPIRED', 'RELEASED'];
const PAGE_SIZE = { min: 0, max: Number.MAX_SAFE_INTEGER };

export function listQuery(request: ListLeasesRequest): Answer<ListLeases> {
  const violations = new Violations();
  const filter = checkFilter(violations, request);
  const pageSize = checkWhole(violations, 'page_size', request.pageSize ?? 0, PAGE_SIZE);
  const limit = Math.min(pageSize === 0 ? LIMITS.pageSize.default : pageSize, LIMITS.pageSize.max);
  const { pageToken } = request;
  const cursor = pageToken === undefined ? undefined : openCursor(scopeOf(filter), pageToken);
  // A wrong filter makes any token wrong: that is one mistake, not two.
  if (pageToken !== undefined && cursor === undefined && !violations.found) {
    violations.add(
      'page_token',
      'is not from a page with this filter, or was changed: list again without it',
    );
  }
  if (violations.found) return violations.refuse();
  return { ok: true, value: cursor === undefined ? { ...filter, limit } : { ...filter, limit, cursor } };
}

export function listAnswer(query: ListLeases, { leases, now, nextCursor }: LeasePage): LeaseListing {
  if (nextCursor === undefined) return { leases, now };
  return { leases, now, nextPageToken: sealCursor(scopeOf(query), nextCursor) };
}

function checkFilter(violations: Violations, request: ListLeasesRequest): Filter {
  const { serviceId, objectType, objectId, state } = request;
  if (objectId !== undefined && objectType === undefined) {
    violations.add('object_id', 'needs an object_type: ids are unique within a type');
  }
  return {
    ...(serviceId !== undefined && { serviceId: checkServiceId(violations, serviceId) }),
    ...(objectType !== undefined && { objectType: checkObjectType(violations, 'object_type', objectType) }),
    ...(objectId !== undefined && { objectId: checkObjectId(violations, 'object_id', objectId) }),
    ...(state !== undefined && { state: checkChoice(violations, 'state', state, STATES) }),
  };
}

/** The page size is no part of it: it may change from page to page. */
function scopeOf({ serviceId, objectType, objectId, state }: Filter): string {
  return JSON.stringify(['leases', serviceId, objectType, objectId, state]);
}
