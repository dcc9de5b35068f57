import { checkEqual, checkRejects } from '../check.js';
import type { StoreLaw } from '../store-law.js';
import { law } from './law.js';
import { one } from './trial.js';

export const closingLaws: readonly StoreLaw[] = [
  law('L5', 'an open store answers a ping', async ({ store }) => {
    await store.ping();
  }),

  law('L6', 'close waits for what is under way', async (trial) => {
    const { store } = trial;
    const [created] = await Promise.all([store.create([trial.command()]), store.close()]);
    checkEqual(one(created).outcome, 'done', 'answer to a create that was sent before');
  }),

  law('L5', 'a closed store throws StoreUnavailableError at every verb', async (trial) => {
    const lease = await trial.create();
    const { leaseId, serviceId } = lease;
    const { store } = trial;
    await store.close();
    const verbs: Record<string, () => Promise<unknown>> = {
      create: () => store.create([trial.command()]),
      renew: () => store.renew([{ leaseId, serviceId }]),
      release: () => store.release([{ leaseId, serviceId, disposition: 'COLLECT' }]),
      get: () => store.get(leaseId),
      list: () => store.list({ limit: 1 }),
      expireDue: () => trial.sweep(),
      claimCleanups: () => trial.claim(),
      settleCleanups: () =>
        store.settleCleanups([{ cleanupId: leaseId, object: lease.object, fence: 1, kind: 'done' }]),
      getCleanup: () => store.getCleanup(leaseId),
      listCleanups: () => store.listCleanups({ limit: 1 }),
      listAttempts: () => store.listAttempts(leaseId, 1),
      retryCleanups: () => store.retryCleanups([{ cleanupId: leaseId, delayMs: 0 }]),
      forgetCleanups: () => store.forgetCleanups([{ cleanupId: leaseId, reason: 'r' }]),
      pause: () => store.pause({ forMs: 1, note: 'n' }),
      resume: () => store.resume(),
      collectionState: () => store.collectionState(),
      stats: () => store.stats(),
      prune: () =>
        store.prune({ endedLeasesOlderThanMs: 3_600_000, finishedCleanupsOlderThanMs: 0, limit: 1 }),
      ping: () => store.ping(),
    };
    for (const [name, verb] of Object.entries(verbs)) {
      await checkRejects(verb(), 'StoreUnavailableError', `${name} after close`);
    }
  }),
];
