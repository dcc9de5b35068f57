import type { LeaseState } from '../lease/lease.js';
import type { LeasePage, ListLeases } from '../store/lease-verbs.js';
import type { Answer } from './answer.js';
import { sealCursor } from './page-token.js';
import { checkPage } from './paging.js';
import type { LeaseListing, ListLeasesRequest } from './requests.js';
import { checkChoice } from './validate/choice.js';
import { checkObjectId, checkObjectType } from './validate/object.js';
import { checkServiceId } from './validate/service-id.js';
import { Violations } from './validate/violations.js';

type Filter = Pick<ListLeases, 'serviceId' | 'objectType' | 'objectId' | 'state'>;

const STATES: readonly [LeaseState, ...LeaseState[]] = ['ACTIVE', 'EXPIRED', 'RELEASED'];

export function listQuery(request: ListLeasesRequest): Answer<ListLeases> {
  const violations = new Violations();
  const filter = checkFilter(violations, request);
  const page = checkPage(violations, request, scopeOf(filter));
  if (violations.found) return violations.refuse();
  return { ok: true, value: { ...filter, ...page } };
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
