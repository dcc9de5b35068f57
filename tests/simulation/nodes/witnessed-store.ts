import type { LeaseStore } from '@lease/core';
import type { CleanupWitness } from '../checker/cleanup-witness.js';
import type { LeaseWitness } from '../checker/lease-witness.js';

export interface Witnesses {
  readonly leaseWitness: LeaseWitness;
  readonly cleanupWitness: CleanupWitness;
}

/** A store whose every write and every reading of a lease is seen, at the instant when it takes effect. */
export function witnessed(store: LeaseStore, { leaseWitness, cleanupWitness }: Witnesses): LeaseStore {
  return {
    create: (commands) => seen(store.create(commands), (results) => leaseWitness.created(commands, results)),
    renew: (commands) => seen(store.renew(commands), (results) => leaseWitness.renewed(commands, results)),
    release: (commands) =>
      seen(store.release(commands), (results) => leaseWitness.released(commands, results)),
    expireDue: (sweep) => seen(store.expireDue(sweep), (report) => leaseWitness.swept(sweep, report)),
    claimCleanups: (claim) =>
      seen(store.claimCleanups(claim), (claims) => cleanupWitness.claimed(claim, claims)),
    settleCleanups: (outcomes) =>
      seen(store.settleCleanups(outcomes), (results) => cleanupWitness.settled(outcomes, results)),
    retryCleanups: (commands) =>
      seen(store.retryCleanups(commands), (results) => cleanupWitness.retried(commands, results)),
    forgetCleanups: (commands) =>
      seen(store.forgetCleanups(commands), (results) => cleanupWitness.forgotten(commands, results)),
    pause: (command) =>
      seen(store.pause(command), () => {
        cleanupWitness.paused(command);
      }),
    resume: () =>
      seen(store.resume(), (state) => {
        cleanupWitness.resumed(state);
      }),
    prune: (command) =>
      seen(store.prune(command), async (report) => {
        await cleanupWitness.pruned(command, report);
        await leaseWitness.pruned(command, report);
      }),
    get: (leaseId) =>
      seen(store.get(leaseId), (reading) => {
        leaseWitness.got(leaseId, reading);
      }),
    list: (query) => store.list(query),
    getCleanup: (cleanupId) => store.getCleanup(cleanupId),
    listCleanups: (query) => store.listCleanups(query),
    listAttempts: (cleanupId, limit) => store.listAttempts(cleanupId, limit),
    collectionState: () => store.collectionState(),
    stats: () => store.stats(),
    ping: () => store.ping(),
    close: () => store.close(),
  };
}

async function seen<T>(result: Promise<T>, witness: (result: T) => Promise<void> | void): Promise<T> {
  const value = await result;
  await witness(value);
  return value;
}
