import type { CleanupResult } from './cleanups.js';
import { LeaseError } from './lease-error.js';

/** A request that took several calls, of which a later one failed. Says of that call what a {@link LeaseError} says of its own. */
export class PartlyDoneError extends LeaseError {
  /**
   * What became of the first so many, in their order. Of the next 1,000 nobody knows, unless `reason` says that they were
   * refused; those behind were not sent.
   */
  readonly results: readonly CleanupResult[];

  constructor(failure: LeaseError, results: readonly CleanupResult[]) {
    const { code, message, reason, violations, retryAfterMs } = failure;
    super({ code, message, reason, violations, retryAfterMs, cause: failure });
    this.results = results;
  }
}
