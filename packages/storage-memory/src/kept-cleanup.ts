import type { Cleanup, CleanupAttempt, Instant } from '@lease/core';
import type { Arrival } from './arrival-log.js';
import { Packing } from './packing.js';

const CLEANUPS = new Packing<Omit<Cleanup, 'cleanupId'>>({
  object: true,
  generation: true,
  state: true,
  reason: true,
  serviceId: true,
  leaseId: true,
  lastLeaseId: true,
  endpoint: true,
  dueTime: true,
  attempts: true,
  nextAttemptTime: true,
  claimant: true,
  fence: true,
  endTime: true,
  abandonReason: true,
  forgetReason: true,
  lastDetail: true,
});

const ATTEMPTS = new Packing<Omit<CleanupAttempt, 'cleanupId'>>({
  attempt: true,
  fence: true,
  claimant: true,
  outcome: true,
  claimTime: true,
  settleTime: true,
  durationMs: true,
  statusCode: true,
  detail: true,
});

/** A finished cleanup, as it is kept until it is pruned. */
export class KeptCleanup implements Arrival {
  readonly cleanupId: string;
  readonly endTime: Instant;
  seq = 0;
  readonly #text: string;

  constructor(cleanup: Cleanup) {
    this.cleanupId = cleanup.cleanupId;
    this.endTime = cleanup.endTime ?? Infinity;
    this.#text = CLEANUPS.pack(cleanup);
  }

  get cleanup(): Cleanup {
    return { cleanupId: this.cleanupId, ...CLEANUPS.unpack(this.#text) };
  }
}

/** An attempt, as it is kept until it is pruned, with the next one of the same cleanup. */
export class KeptAttempt {
  readonly cleanupId: string;
  readonly settleTime: Instant;
  next: KeptAttempt | undefined;
  readonly #text: string;

  constructor(attempt: CleanupAttempt) {
    this.cleanupId = attempt.cleanupId;
    this.settleTime = attempt.settleTime;
    this.next = undefined;
    this.#text = ATTEMPTS.pack(attempt);
  }

  get attempt(): CleanupAttempt {
    return { cleanupId: this.cleanupId, ...ATTEMPTS.unpack(this.#text) };
  }
}
