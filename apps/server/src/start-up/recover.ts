import type { LeaseStore } from '@lease/core';
import type { Logger } from 'pino';

/** Takes stock of what the store kept while no server ran, and says what that means. Rejects if it cannot be read and written. */
export async function recover(
  store: Pick<LeaseStore, 'ping' | 'stats' | 'collectionState'>,
  log: Logger,
): Promise<void> {
  await store.ping();
  const [{ leases, cleanups }, { lastSweepTime, pauses, now }] = await Promise.all([
    store.stats(),
    store.collectionState(),
  ]);
  log.info(
    {
      activeLeases: leases.active,
      openCleanups: cleanups.open,
      abandonedCleanups: cleanups.abandoned,
      pauses: pauses.map(({ reason }) => reason),
      // How long nobody swept: for as long, at most 30 s, nothing will expire (S14).
      ...(lastSweepTime !== undefined && { unsweptMs: now - lastSweepTime }),
    },
    'store recovered',
  );
  if (cleanups.abandoned > 0) {
    log.warn({ abandonedCleanups: cleanups.abandoned }, 'abandoned cleanups wait for an operator');
  }
}
