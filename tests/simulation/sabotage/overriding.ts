import type { LeaseStore } from '@lease/core';

/** A store that does some verbs its own way. */
export function overriding(store: LeaseStore, verbs: Partial<LeaseStore>): LeaseStore {
  return {
    create: (commands) => store.create(commands),
    renew: (commands) => store.renew(commands),
    release: (commands) => store.release(commands),
    get: (leaseId) => store.get(leaseId),
    list: (query) => store.list(query),
    expireDue: (sweep) => store.expireDue(sweep),
    claimCleanups: (claim) => store.claimCleanups(claim),
    settleCleanups: (outcomes) => store.settleCleanups(outcomes),
    getCleanup: (cleanupId) => store.getCleanup(cleanupId),
    listCleanups: (query) => store.listCleanups(query),
    listAttempts: (cleanupId, limit) => store.listAttempts(cleanupId, limit),
    retryCleanups: (commands) => store.retryCleanups(commands),
    forgetCleanups: (commands) => store.forgetCleanups(commands),
    pause: (command) => store.pause(command),
    resume: () => store.resume(),
    collectionState: () => store.collectionState(),
    stats: () => store.stats(),
    prune: (command) => store.prune(command),
    ping: () => store.ping(),
    close: () => store.close(),
    ...verbs,
  };
}
