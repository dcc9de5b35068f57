import type { Table } from './table.js';

/**
 * DUE is two states: in doubt, an attempt may still reach the endpoint. The last three are those of a cleanup that is over; its
 * id can still be named.
 */
export type ObjectState =
  | 'none'
  | 'HELD'
  | 'DUE'
  | 'DUE (in doubt)'
  | 'CLAIMED'
  | 'ABANDONED'
  | 'COLLECTED'
  | 'REVIVED'
  | 'FORGOTTEN';

export type ObjectEvent =
  | 'create'
  /** By another service than the owner of its cleanup, with another cleanup. */
  | 'create with another cleanup'
  | 'create beyond the quota'
  | 'a lease expires'
  | 'a lease is released'
  | 'a lease is kept'
  | 'claim'
  | 'claim in a pause'
  | 'settle done'
  | 'settle fail'
  | 'settle unstarted'
  | 'settle retry, answered'
  | 'settle retry, unanswered'
  | 'settle retry, unreached'
  | 'settle again'
  | 'settle too late'
  | 'retry'
  | 'forget'
  | 'prune';

const BARRED = ['OBJECT_BEING_COLLECTED'];

/** A cleanup that is over. */
function over(state: ObjectState) {
  return {
    'settle again': [state],
    'settle too late': ['stale'],
    retry: ['CLEANUP_NOT_ABANDONED'],
    forget: [state === 'FORGOTTEN' ? state : 'CLEANUP_NOT_ABANDONED'],
    prune: [state, 'none'],
  };
}

/** What may come of each event in each state of an object: the state after it, or the refusal. What is not here cannot meet. */
export const OBJECT: Table<ObjectState, ObjectEvent> = {
  none: {
    create: ['HELD'],
    'create beyond the quota': ['LEASE_QUOTA_EXCEEDED'],
    retry: ['CLEANUP_NOT_FOUND'],
    forget: ['CLEANUP_NOT_FOUND'],
  },
  HELD: {
    create: ['HELD'],
    'create with another cleanup': ['CLEANUP_OWNED'],
    'create beyond the quota': ['LEASE_QUOTA_EXCEEDED'],
    // There are other leases; or it was the last one, and there is a cleanup; or there is none.
    'a lease expires': ['HELD', 'DUE', 'none'],
    'a lease is released': ['HELD', 'DUE', 'none'],
    'a lease is kept': ['HELD', 'none', 'CLEANUP_OWNED'],
    claim: ['HELD'],
    'claim in a pause': ['HELD'],
  },
  DUE: {
    create: ['HELD'],
    'create with another cleanup': ['CLEANUP_OWNED'],
    'create beyond the quota': ['LEASE_QUOTA_EXCEEDED'],
    // Not now: its backoff, or no slot.
    claim: ['CLAIMED', 'DUE'],
    'claim in a pause': ['DUE'],
    'settle again': ['DUE'],
    'settle too late': ['stale'],
    retry: ['CLEANUP_NOT_ABANDONED'],
    forget: ['FORGOTTEN'],
    prune: ['DUE'],
  },
  'DUE (in doubt)': {
    create: BARRED,
    'create with another cleanup': BARRED,
    'create beyond the quota': BARRED,
    claim: ['CLAIMED', 'DUE (in doubt)'],
    'claim in a pause': ['DUE (in doubt)'],
    'settle again': ['DUE (in doubt)'],
    'settle too late': ['stale'],
    retry: ['CLEANUP_NOT_ABANDONED'],
    forget: ['FORGOTTEN'],
    prune: ['DUE (in doubt)'],
  },
  CLAIMED: {
    create: BARRED,
    'create with another cleanup': BARRED,
    'create beyond the quota': BARRED,
    // In force; it ran out; for the 16th time.
    claim: ['CLAIMED', 'CLAIMED (anew)', 'ABANDONED (CLAIM_LOST)'],
    'claim in a pause': ['CLAIMED'],
    'settle done': ['COLLECTED'],
    'settle fail': ['ABANDONED (TERMINAL_ANSWER)', 'ABANDONED (TARGET_FORBIDDEN)'],
    'settle unstarted': ['DUE', 'DUE (in doubt)'],
    'settle retry, answered': ['DUE', 'ABANDONED (ATTEMPTS_EXHAUSTED)', 'ABANDONED (ENDPOINT_NOT_FOUND)'],
    'settle retry, unanswered': ['DUE (in doubt)', 'ABANDONED (ATTEMPTS_EXHAUSTED)'],
    'settle retry, unreached': ['DUE', 'DUE (in doubt)'],
    'settle again': ['CLAIMED'],
    'settle too late': ['stale'],
    retry: ['CLEANUP_NOT_ABANDONED'],
    forget: ['CLEANUP_NOT_ABANDONED'],
    prune: ['CLAIMED'],
  },
  ABANDONED: {
    create: ['HELD'],
    'create with another cleanup': ['CLEANUP_OWNED'],
    'create beyond the quota': ['LEASE_QUOTA_EXCEEDED'],
    claim: ['ABANDONED'],
    'claim in a pause': ['ABANDONED'],
    'settle again': ['ABANDONED'],
    'settle too late': ['stale'],
    retry: ['DUE'],
    forget: ['FORGOTTEN'],
    prune: ['ABANDONED'],
  },
  COLLECTED: over('COLLECTED'),
  REVIVED: over('REVIVED'),
  FORGOTTEN: over('FORGOTTEN'),
};
