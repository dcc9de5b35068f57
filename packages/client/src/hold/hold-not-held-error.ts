import type { HoldState } from './hold-state.js';

/** The hold does not vouch for its object: it is doubtful, lost or released. */
export class HoldNotHeldError extends Error {
  override readonly name = 'HoldNotHeldError';
  readonly leaseId: string;
  readonly state: HoldState;

  /** `cause`: for a lost hold, the `LeaseError` that said so. */
  constructor(leaseId: string, state: HoldState, cause?: unknown) {
    super(`lease ${leaseId} is ${MEANINGS[state]}`, cause === undefined ? {} : { cause });
    this.leaseId = leaseId;
    this.state = state;
  }
}

const MEANINGS: Readonly<Record<HoldState, string>> = {
  held: 'held, but it is too late for this call',
  doubtful: 'doubtful: no renewal was acknowledged within its TTL, so the server may end it at any moment',
  lost: 'lost: the server ended it, and its object may be gone',
  released: 'released',
};
