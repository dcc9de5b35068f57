import type {
  AbandonedCleanupFilter,
  AbandonReason,
  CleanupState,
  ListCleanupsRequest,
  RetryCleanupsRequest,
} from '@lease/core';
import * as wire from '@lease/protocol';
import { milliseconds } from '../service/requests.js';

/*
 * Messages as requests of CleanupAdmin. As in the requests of the service, nothing is refused here.
 */

export function listCleanupsRequest(message: wire.ListCleanupsRequest): ListCleanupsRequest {
  const { state, pageToken } = message;
  return {
    ...filterOf(message),
    ...(state !== wire.CleanupState.UNSPECIFIED && {
      state: nameOf(wire.CleanupState, state) as CleanupState,
    }),
    ...(pageToken !== '' && { pageToken }),
  };
}

export function retryCleanupsRequest(message: wire.RetryCleanupsRequest): RetryCleanupsRequest {
  const { cleanupIds, filter, limit, stagger } = message;
  return {
    cleanupIds,
    ...(filter !== undefined && { filter: filterOf(filter) }),
    limit,
    ...(stagger !== undefined && { staggerMs: milliseconds(stagger) }),
  };
}

function filterOf(message: wire.AbandonedCleanupFilter): AbandonedCleanupFilter {
  const { serviceId, objectType, endpoint, abandonReason } = message;
  return {
    ...(serviceId !== '' && { serviceId }),
    ...(objectType !== '' && { objectType }),
    ...(endpoint !== '' && { endpoint }),
    ...(abandonReason !== wire.AbandonReason.UNSPECIFIED && {
      abandonReason: nameOf(wire.AbandonReason, abandonReason) as AbandonReason,
    }),
  };
}

/** The name of an enum's number; a number that has none, as text, which no choice of names admits. */
function nameOf(names: Readonly<Record<number, string>>, value: number): string {
  return names[value] ?? String(value);
}
