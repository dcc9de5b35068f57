import type { Table } from './table.js';

/** RELEASED is two states: it is remembered how. */
export type LeaseState = 'none' | 'ACTIVE' | 'EXPIRED' | 'RELEASED (COLLECT)' | 'RELEASED (KEEP)';

export type LeaseEvent =
  | 'create'
  /** The id, with another request than its first. */
  | 'create something else'
  | 'renew'
  | 'renew as another service'
  | 'release COLLECT'
  | 'release KEEP'
  | 'release as another service'
  | 'get'
  | 'sweep'
  | 'prune';

/** What may come of each event in each state of a lease: the state after it, or the refusal. What is not here cannot meet. */
export const LEASE: Table<LeaseState, LeaseEvent> = {
  none: {
    create: ['ACTIVE', 'OBJECT_BEING_COLLECTED', 'CLEANUP_OWNED', 'LEASE_QUOTA_EXCEEDED'],
    // Never created, or pruned: nobody's, so nobody is another service.
    renew: ['LEASE_NOT_FOUND'],
    'release COLLECT': ['LEASE_NOT_FOUND'],
    'release KEEP': ['LEASE_NOT_FOUND'],
    get: ['none'],
  },
  ACTIVE: {
    create: ['ACTIVE'],
    'create something else': ['LEASE_ID_TAKEN'],
    // Late: past its expire time, before a sweep ended it.
    renew: ['ACTIVE', 'ACTIVE (late)'],
    'renew as another service': ['NOT_LEASE_HOLDER'],
    'release COLLECT': ['RELEASED (COLLECT)'],
    'release KEEP': ['RELEASED (KEEP)', 'CLEANUP_OWNED'],
    'release as another service': ['NOT_LEASE_HOLDER'],
    get: ['ACTIVE'],
    // Spared: it is overdue, but there is a pause or a recovery.
    sweep: ['ACTIVE', 'ACTIVE (spared)', 'EXPIRED'],
    prune: ['ACTIVE'],
  },
  EXPIRED: {
    create: ['EXPIRED'],
    'create something else': ['LEASE_ID_TAKEN'],
    renew: ['LEASE_ENDED'],
    'renew as another service': ['NOT_LEASE_HOLDER'],
    'release COLLECT': ['EXPIRED'],
    'release KEEP': ['LEASE_ENDED'],
    'release as another service': ['NOT_LEASE_HOLDER'],
    get: ['EXPIRED'],
    sweep: ['EXPIRED'],
    prune: ['EXPIRED', 'none'],
  },
  'RELEASED (COLLECT)': {
    create: ['RELEASED (COLLECT)'],
    'create something else': ['LEASE_ID_TAKEN'],
    renew: ['LEASE_ENDED'],
    'renew as another service': ['NOT_LEASE_HOLDER'],
    'release COLLECT': ['RELEASED (COLLECT)'],
    'release KEEP': ['LEASE_ENDED'],
    'release as another service': ['NOT_LEASE_HOLDER'],
    get: ['RELEASED (COLLECT)'],
    sweep: ['RELEASED (COLLECT)'],
    prune: ['RELEASED (COLLECT)', 'none'],
  },
  'RELEASED (KEEP)': {
    create: ['RELEASED (KEEP)'],
    'create something else': ['LEASE_ID_TAKEN'],
    renew: ['LEASE_ENDED'],
    'renew as another service': ['NOT_LEASE_HOLDER'],
    'release COLLECT': ['LEASE_ENDED'],
    'release KEEP': ['RELEASED (KEEP)'],
    'release as another service': ['NOT_LEASE_HOLDER'],
    get: ['RELEASED (KEEP)'],
    sweep: ['RELEASED (KEEP)'],
    prune: ['RELEASED (KEEP)', 'none'],
  },
};
