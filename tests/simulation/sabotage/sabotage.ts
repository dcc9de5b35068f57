import type { Executor, LeaseStore } from '@lease/core';

/** A way to break the product on purpose: a check that cannot fail is worth nothing. */
export interface Sabotage {
  /** In front of the real store. */
  readonly store?: (store: LeaseStore) => LeaseStore;
  /** In front of the executor of each replica. */
  readonly executor?: (executor: Executor) => Executor;
  /** Whose monotonic clock stands still while they are stopped. */
  readonly sleepsBlind?: 'replicas' | 'clients';
}
