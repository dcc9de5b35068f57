import { type CleanupClaim, type LeaseStore, StoreUnavailableError } from '@lease/core';
import { call } from '../engine/call.js';
import type { Network } from '../engine/network.js';
import type { Process } from '../engine/process.js';
import type { StoreNode } from './store-node.js';

/** What an adapter allows one verb before it reports that the store cannot be reached. */
const VERB_TIMEOUT_MS = 5_000;

/**
 * The store as one process sees it: through the network, which loses, repeats and delays. `granted`: told when the store
 * has given the process claims, of which it does not know yet.
 */
export function remoteStore(
  network: Network,
  process: Process,
  node: StoreNode,
  granted: (claims: readonly CleanupClaim[]) => void = () => undefined,
): LeaseStore {
  const ask = <T>(verb: string, about: string, run: (store: LeaseStore) => Promise<T>): Promise<T> =>
    call(network, {
      from: process,
      to: node.station,
      link: 'store',
      label: `${verb} ${about}`,
      timeoutMs: VERB_TIMEOUT_MS,
      serve: () => node.serve(verb, run),
      refused: () => new StoreUnavailableError('connection refused'),
      timedOut: () => new StoreUnavailableError('no answer in time'),
    });
  return {
    create: (commands) => ask('create', ids(commands), (store) => store.create(commands)),
    renew: (commands) => ask('renew', ids(commands), (store) => store.renew(commands)),
    release: (commands) => ask('release', ids(commands), (store) => store.release(commands)),
    get: (leaseId) => ask('get', leaseId, (store) => store.get(leaseId)),
    list: (query) => ask('list', '', (store) => store.list(query)),
    expireDue: (sweep) => ask('expireDue', '', (store) => store.expireDue(sweep)),
    claimCleanups: (claim) =>
      ask('claimCleanups', '', async (store) => {
        const claims = await store.claimCleanups(claim);
        if (claims.length > 0) granted(claims);
        return claims;
      }),
    settleCleanups: (outcomes) =>
      ask('settleCleanups', outcomes.map(({ object }) => object.id).join(' '), (store) =>
        store.settleCleanups(outcomes),
      ),
    getCleanup: (cleanupId) => ask('getCleanup', '', (store) => store.getCleanup(cleanupId)),
    listCleanups: (query) => ask('listCleanups', '', (store) => store.listCleanups(query)),
    listAttempts: (cleanupId, limit) =>
      ask('listAttempts', '', (store) => store.listAttempts(cleanupId, limit)),
    retryCleanups: (commands) => ask('retryCleanups', '', (store) => store.retryCleanups(commands)),
    forgetCleanups: (commands) => ask('forgetCleanups', '', (store) => store.forgetCleanups(commands)),
    pause: (command) => ask('pause', '', (store) => store.pause(command)),
    resume: () => ask('resume', '', (store) => store.resume()),
    collectionState: () => ask('collectionState', '', (store) => store.collectionState()),
    stats: () => ask('stats', '', (store) => store.stats()),
    prune: (command) => ask('prune', '', (store) => store.prune(command)),
    ping: () => ask('ping', '', (store) => store.ping()),
    close: () => Promise.resolve(),
  };
}

/** Leases by their ids, which a schedule decides. */
function ids(commands: readonly { readonly leaseId: string }[]): string {
  return commands.map(({ leaseId }) => leaseId).join(' ');
}
