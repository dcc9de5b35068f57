import type { Clock, LeaseStore } from '@lease/core';
import { Counter, Histogram, type Registry } from 'prom-client';

/** From a read in memory to the deadline of a call. */
const BUCKETS = [0.001, 0.005, 0.01, 0.025, 0.1, 0.25, 1, 5];

/** Every verb of a store; a verb that is missing here does not compile. */
const VERBS = {
  create: true,
  renew: true,
  release: true,
  get: true,
  list: true,
  expireDue: true,
  claimCleanups: true,
  settleCleanups: true,
  getCleanup: true,
  listCleanups: true,
  listAttempts: true,
  retryCleanups: true,
  forgetCleanups: true,
  pause: true,
  resume: true,
  collectionState: true,
  stats: true,
  prune: true,
  ping: true,
  close: true,
} as const satisfies Record<keyof LeaseStore, true>;

type Verb = keyof LeaseStore;
type Call = (...args: readonly unknown[]) => Promise<unknown>;

/** The same store, whose calls are timed and whose failures are counted, by verb. A refusal is an answer, no failure. */
export function measuredStore(store: LeaseStore, registry: Registry, clock: Clock): LeaseStore {
  const registers = [registry];
  const durations = new Histogram({
    name: 'lease_store_call_duration_seconds',
    help: 'Calls of the store, by verb, failed ones included. A call may carry many elements.',
    labelNames: ['verb'],
    buckets: BUCKETS,
    registers,
  });
  const errors = new Counter({
    name: 'lease_store_errors_total',
    help: 'Calls of the store that failed, by verb: they may or may not have happened.',
    labelNames: ['verb'],
    registers,
  });
  const measured = (verb: Verb): Call => {
    const call = (store[verb] as Call).bind(store);
    const duration = durations.labels({ verb });
    errors.inc({ verb }, 0);
    return async (...args) => {
      const startMs = clock.monotonicMs();
      try {
        return await call(...args);
      } catch (error) {
        errors.inc({ verb });
        throw error;
      } finally {
        duration.observe((clock.monotonicMs() - startMs) / 1_000);
      }
    };
  };
  const verbs = Object.keys(VERBS) as Verb[];
  // Each verb is bound to its own name, with its own arguments and answer.
  return Object.fromEntries(verbs.map((verb) => [verb, measured(verb)])) as unknown as LeaseStore;
}
