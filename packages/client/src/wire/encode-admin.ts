import * as wire from '@lease/protocol';
import type { AbandonedCleanups, ListCleanups } from '../cleanups.js';
import { WireCheck } from './wire-check.js';

export function encodeListCleanups(filter: ListCleanups, pageToken: string): wire.ListCleanupsRequest {
  const check = new WireCheck();
  const message: wire.ListCleanupsRequest = {
    ...encodeFilter(check, '', filter),
    state: wire.CleanupState[filter.state ?? 'UNSPECIFIED'],
    pageSize: check.uint32('page_size', filter.pageSize ?? 0),
    pageToken,
  };
  check.done();
  return message;
}

export function encodeRetryIds(cleanupIds: readonly string[], staggerMs?: number): wire.RetryCleanupsRequest {
  const check = new WireCheck();
  const message: wire.RetryCleanupsRequest = {
    cleanupIds: encodeIds(check, cleanupIds),
    filter: undefined,
    limit: 0,
    stagger: check.duration('stagger', staggerMs),
  };
  check.done();
  return message;
}

export function encodeRetryMatching(
  filter: AbandonedCleanups,
  limit = 0,
  staggerMs?: number,
): wire.RetryCleanupsRequest {
  const check = new WireCheck();
  const message: wire.RetryCleanupsRequest = {
    cleanupIds: [],
    filter: encodeFilter(check, 'filter.', filter),
    limit: check.uint32('limit', limit),
    stagger: check.duration('stagger', staggerMs),
  };
  check.done();
  return message;
}

export function encodeForget(cleanupIds: readonly string[], reason: string): wire.ForgetCleanupsRequest {
  const check = new WireCheck();
  const message = { cleanupIds: encodeIds(check, cleanupIds), reason: check.text('reason', reason) };
  check.done();
  return message;
}

export function encodeGetCleanup(cleanupId: string): wire.GetCleanupRequest {
  const check = new WireCheck();
  const message = { cleanupId: check.text('cleanup_id', cleanupId) };
  check.done();
  return message;
}

export function encodeListAttempts(cleanupId: string, limit = 0): wire.ListCleanupAttemptsRequest {
  const check = new WireCheck();
  const message = {
    cleanupId: check.text('cleanup_id', cleanupId),
    limit: check.uint32('limit', limit),
  };
  check.done();
  return message;
}

export function encodePause(forMs: number, note = ''): wire.PauseCollectionRequest {
  const check = new WireCheck();
  const message = { duration: check.duration('duration', forMs), note: check.text('note', note) };
  check.done();
  return message;
}

function encodeFilter(
  check: WireCheck,
  path: string,
  { serviceId, objectType, endpoint, abandonReason }: AbandonedCleanups,
): wire.AbandonedCleanupFilter {
  return {
    serviceId: check.optionalText(`${path}service_id`, serviceId),
    objectType: check.optionalText(`${path}object_type`, objectType),
    endpoint: check.optionalText(`${path}endpoint`, endpoint),
    abandonReason: wire.AbandonReason[abandonReason ?? 'UNSPECIFIED'],
  };
}

function encodeIds(check: WireCheck, cleanupIds: readonly string[]): string[] {
  return cleanupIds.map((id, i) => check.text(`cleanup_ids[${i}]`, id));
}
