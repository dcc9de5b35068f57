import type { CollectionState, Instant, PauseReason } from '@lease/core';
import { Gauge, type Registry } from 'prom-client';

const REASONS: readonly PauseReason[] = ['GAP', 'BRAKE', 'OPERATOR'];

/** Whether leases are ended and objects collected at all, by whichever replica. Returns what takes a new reading. */
export function collectionFigures(registry: Registry): (state: CollectionState) => void {
  const registers = [registry];
  const pauses = new Gauge({
    name: 'lease_pause_active',
    help: 'Whether a pause is in force, by reason: GAP (nobody swept for a while), BRAKE (too many holders vanished), OPERATOR.',
    labelNames: ['reason'],
    registers,
  });
  const age = new Gauge({
    name: 'lease_sweep_age_seconds',
    help: 'How long ago somebody swept last, by the clock of the store; if nobody ever did, since this process looked first.',
    registers,
  });
  for (const reason of REASONS) pauses.set({ reason }, 0);
  /** When it was looked first: a store that nobody sweeps must show, also if nobody ever did. */
  let firstLook: Instant | undefined;
  return ({ pauses: active, lastSweepTime, now }) => {
    firstLook ??= now;
    for (const reason of REASONS) {
      pauses.set({ reason }, active.some((pause) => pause.reason === reason) ? 1 : 0);
    }
    age.set(Math.max(0, now - (lastSweepTime ?? firstLook)) / 1_000);
  };
}
