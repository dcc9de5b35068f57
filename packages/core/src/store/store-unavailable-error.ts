/** The store could not be reached or did not answer: the call may or may not have happened, and may be repeated. */
export class StoreUnavailableError extends Error {
  override readonly name = 'StoreUnavailableError';
}
