import { type Cleanup, type CleanupAttempt, type CollectionState, targetKindOf } from '@lease/core';
import {
  AbandonReason,
  AttemptOutcome,
  type Cleanup as CleanupMessage,
  type CleanupAttempt as CleanupAttemptMessage,
  CleanupReason,
  CleanupState,
  CleanupTargetKind,
  type CollectionState as CollectionStateMessage,
  type Duration,
  PauseReason,
} from '@lease/protocol';
import { optionalDate } from '../service/messages.js';

export function cleanupMessage(cleanup: Cleanup): CleanupMessage {
  return {
    cleanupId: cleanup.cleanupId,
    object: { type: cleanup.object.type, id: cleanup.object.id },
    generation: BigInt(cleanup.generation),
    state: CleanupState[cleanup.state],
    reason: CleanupReason[cleanup.reason],
    serviceId: cleanup.serviceId,
    leaseId: cleanup.leaseId,
    lastLeaseId: cleanup.lastLeaseId,
    endpoint: cleanup.endpoint,
    targetKind: TARGET_KINDS[targetKindOf(cleanup.endpoint)],
    attempts: cleanup.attempts,
    dueTime: new Date(cleanup.dueTime),
    nextAttemptTime: optionalDate(cleanup.nextAttemptTime),
    endTime: optionalDate(cleanup.endTime),
    claimant: cleanup.claimant ?? '',
    fence: BigInt(cleanup.fence ?? 0),
    // A forgotten or revived one remembers in the store why it was abandoned; the contract shows it while it is.
    abandonReason:
      AbandonReason[cleanup.state === 'ABANDONED' ? (cleanup.abandonReason ?? 'UNSPECIFIED') : 'UNSPECIFIED'],
    lastDetail: cleanup.lastDetail ?? '',
    forgetReason: cleanup.forgetReason ?? '',
  };
}

export function attemptMessage(attempt: CleanupAttempt): CleanupAttemptMessage {
  return {
    attempt: attempt.attempt,
    fence: BigInt(attempt.fence),
    claimant: attempt.claimant,
    outcome: AttemptOutcome[attempt.outcome],
    claimTime: new Date(attempt.claimTime),
    settleTime: new Date(attempt.settleTime),
    duration: attempt.durationMs === undefined ? undefined : spanOf(attempt.durationMs),
    statusCode: attempt.statusCode,
    detail: attempt.detail ?? '',
  };
}

export function stateReading({ pauses, lastSweepTime, now }: CollectionState): {
  state: CollectionStateMessage;
  serverTime: Date;
} {
  return {
    state: {
      pauses: pauses.map(({ reason, until, note = '' }) => ({
        reason: PauseReason[reason],
        until: new Date(until),
        note,
      })),
      lastSweepTime: optionalDate(lastSweepTime),
    },
    serverTime: new Date(now),
  };
}

const TARGET_KINDS = {
  http: CleanupTargetKind.HTTP,
  grpc: CleanupTargetKind.GRPC,
  handler: CleanupTargetKind.HANDLER,
} as const;

/** Measured times have fractions of milliseconds, which `msToDuration` does not take. */
function spanOf(ms: number): Duration {
  const nanos = Math.max(0, Math.round(ms * 1_000_000));
  return { seconds: BigInt(Math.floor(nanos / 1_000_000_000)), nanos: nanos % 1_000_000_000 };
}
