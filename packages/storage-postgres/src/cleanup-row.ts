import {
  type AbandonReason,
  type Cleanup,
  type CleanupReason,
  type CleanupState,
  type Instant,
  parseObjectKey,
} from '@lease/core';

/** A cleanup as it is read, from either table. The spec stays behind: it holds secrets, and up to 16 KiB. */
export interface CleanupRow {
  readonly cleanup_id: string;
  readonly object_key: string;
  readonly generation: number;
  readonly state: CleanupState;
  readonly reason: CleanupReason;
  readonly service_id: string;
  readonly lease_id: string;
  readonly last_lease: string;
  readonly endpoint: string;
  readonly due_time: Instant;
  readonly attempts: number;
  readonly next_attempt_time: Instant | null;
  readonly claimant: string | null;
  readonly fence: number | null;
  readonly end_time: Instant | null;
  readonly abandon_reason: AbandonReason | null;
  readonly forget_reason: string | null;
  readonly last_detail: string | null;
}

/** The columns of a {@link CleanupRow} in the table `object`, whose row has a pending run. */
export const PENDING_COLUMNS = `cleanup_id, object_key, generation, state::text, reason::text,
  owner_service as service_id, owner_lease as lease_id, last_lease, endpoint, due_time, attempt as attempts,
  due_at as next_attempt_time, claimant, fence, abandon_time as end_time, abandon_reason::text,
  null::text as forget_reason, last_detail`;

/** The columns of a {@link CleanupRow} in the table `finished`. */
export const FINISHED_COLUMNS = `cleanup_id, object_key, generation, state::text, reason::text, service_id, lease_id,
  last_lease, endpoint, due_time, attempts, null::timestamptz as next_attempt_time, null::text as claimant,
  null::bigint as fence, end_time, abandon_reason::text, forget_reason, last_detail`;

export function readCleanup(row: CleanupRow): Cleanup {
  return {
    cleanupId: row.cleanup_id,
    object: parseObjectKey(row.object_key),
    generation: row.generation,
    state: row.state,
    reason: row.reason,
    serviceId: row.service_id,
    leaseId: row.lease_id,
    lastLeaseId: row.last_lease,
    endpoint: row.endpoint,
    dueTime: row.due_time,
    attempts: row.attempts,
    ...(row.next_attempt_time !== null && { nextAttemptTime: row.next_attempt_time }),
    ...(row.claimant !== null && { claimant: row.claimant }),
    ...(row.fence !== null && { fence: row.fence }),
    ...(row.end_time !== null && { endTime: row.end_time }),
    ...(row.abandon_reason !== null && { abandonReason: row.abandon_reason }),
    ...(row.forget_reason !== null && { forgetReason: row.forget_reason }),
    ...(row.last_detail !== null && { lastDetail: row.last_detail }),
  };
}
