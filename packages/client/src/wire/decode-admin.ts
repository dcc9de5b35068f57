import * as wire from '@lease/protocol';
import type { Cleanup, CleanupAttempt, CleanupResult, CollectionState } from '../cleanups.js';
import { malformed, required } from './decode.js';
import { decodeStatus } from './decode-error.js';

export function decodeCleanup(cleanup: wire.Cleanup): Cleanup {
  const { type, id } = required('cleanup.object', cleanup.object);
  const { nextAttemptTime, endTime, claimant, fence, forgetReason } = cleanup;
  return {
    cleanupId: cleanup.cleanupId,
    object: { type, id },
    // Below 2^53, as the contract says; so is the fence.
    generation: Number(cleanup.generation),
    state: nameOf('cleanup.state', wire.CleanupState, cleanup.state),
    reason: nameOf('cleanup.reason', wire.CleanupReason, cleanup.reason),
    serviceId: cleanup.serviceId,
    leaseId: cleanup.leaseId,
    lastLeaseId: cleanup.lastLeaseId,
    endpoint: cleanup.endpoint,
    targetKind: nameOf('cleanup.target_kind', wire.CleanupTargetKind, cleanup.targetKind),
    attempts: cleanup.attempts,
    dueTime: required('cleanup.due_time', cleanup.dueTime),
    ...(nextAttemptTime && { nextAttemptTime }),
    ...(endTime && { endTime }),
    ...(claimant !== '' && { claimant }),
    ...(fence !== 0n && { fence: Number(fence) }),
    ...(cleanup.abandonReason !== wire.AbandonReason.UNSPECIFIED && {
      abandonReason: nameOf('cleanup.abandon_reason', wire.AbandonReason, cleanup.abandonReason),
    }),
    lastDetail: cleanup.lastDetail,
    ...(forgetReason !== '' && { forgetReason }),
  };
}

export function decodeAttempt(attempt: wire.CleanupAttempt): CleanupAttempt {
  const { duration, statusCode } = attempt;
  return {
    attempt: attempt.attempt,
    fence: Number(attempt.fence),
    claimant: attempt.claimant,
    outcome: nameOf('attempt.outcome', wire.AttemptOutcome, attempt.outcome),
    claimTime: required('attempt.claim_time', attempt.claimTime),
    settleTime: required('attempt.settle_time', attempt.settleTime),
    // Measured, so a fraction of a millisecond means something.
    ...(duration && { durationMs: Number(duration.seconds) * 1_000 + duration.nanos / 1_000_000 }),
    ...(statusCode !== undefined && { statusCode }),
    detail: attempt.detail,
  };
}

export function decodeResult({
  cleanupId,
  error,
}: wire.RetryCleanupResult | wire.ForgetCleanupResult): CleanupResult {
  return error === undefined ? { cleanupId } : { cleanupId, error: decodeStatus(error) };
}

export function decodeState({ state, serverTime }: wire.GetCollectionStateResponse): CollectionState {
  const { pauses, lastSweepTime } = required('state', state);
  return {
    pauses: pauses.map(({ reason, until, note }) => ({
      reason: nameOf('pause.reason', wire.PauseReason, reason),
      until: required('pause.until', until),
      note,
    })),
    ...(lastSweepTime && { lastSweepTime }),
    serverTime: required('server_time', serverTime),
  };
}

/** The name of an enum's value that the contract sends. */
function nameOf<Name extends string>(
  field: string,
  names: Readonly<Record<Name, number>>,
  value: number,
): Exclude<Name, 'UNSPECIFIED' | 'UNRECOGNIZED'> {
  // A numeric enum maps back to its names.
  const name = (names as Readonly<Record<number, string | undefined>>)[value];
  if (name === undefined || value <= 0) throw malformed(`${field} is ${value}`);
  return name as Exclude<Name, 'UNSPECIFIED' | 'UNRECOGNIZED'>;
}
