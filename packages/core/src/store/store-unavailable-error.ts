/** The store could not be reached or did not answer: the call may or may not have happened, and may be repeated. */
export class StoreUnavailableError extends Error {
  override readonly name = 'StoreUnavailableError';
  /** Commands of the call, the very objects, whose rows somebody else has locked: only they stood in its way. */
  readonly stuck?: ReadonlySet<unknown>;

  constructor(message: string, options?: ErrorOptions & { readonly stuck?: ReadonlySet<unknown> }) {
    super(message, options);
    if (options?.stuck) this.stuck = options.stuck;
  }
}
