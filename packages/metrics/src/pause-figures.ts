import type { LeaseStore, PauseReason } from '@lease/core';
import { Gauge, type Registry } from 'prom-client';

/** Each reason by its value of the label. */
const REASONS: Readonly<Record<PauseReason, string>> = { GAP: 'gap', BRAKE: 'brake', OPERATOR: 'operator' };

/** The pauses in force, which are the store's: the same at every replica. If it is unavailable, the last figures stand. */
export function pauseFigures(
  store: Pick<LeaseStore, 'collectionState'>,
  registry: Registry,
): () => Promise<void> {
  const active = new Gauge({
    name: 'lease_pause_active',
    help: 'Whether such a pause is in force. gap and brake: (almost) nothing expires; operator: and nothing is collected.',
    labelNames: ['reason'],
    registers: [registry],
  });
  const set = (isActive: (reason: string) => boolean) => {
    for (const [reason, label] of Object.entries(REASONS))
      active.set({ reason: label }, isActive(reason) ? 1 : 0);
  };
  set(() => false);
  return async () => {
    // lease_store_up says it; a scrape that failed would hide what this process counts.
    const state = await store.collectionState().catch(() => undefined);
    if (state !== undefined) set((reason) => state.pauses.some((pause) => pause.reason === reason));
  };
}
