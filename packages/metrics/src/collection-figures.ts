import type { CollectionState, Instant, PauseReason } from '@lease/core';
import { Gauge, type Registry } from 'prom-client';

/** Each reason by its value of the label. */
const REASONS: Readonly<Record<PauseReason, string>> = { GAP: 'gap', BRAKE: 'brake', OPERATOR: 'operator' };

/** Whether leases are ended and objects collected at all, by whichever replica. Returns what takes a new reading. */
export function collectionFigures(registry: Registry): (state: CollectionState) => void {
  const registers = [registry];
  const pauses = new Gauge({
    name: 'lease_pause_active',
    help: 'Whether a pause is in force, by reason: gap (nobody swept for a while), brake (too many holders vanished), operator.',
    labelNames: ['reason'],
    registers,
  });
  const age = new Gauge({
    name: 'lease_sweep_age_seconds',
    help: 'How long ago somebody swept last, by the clock of the store; if nobody ever did, since this process looked first.',
    registers,
  });
  for (const reason of Object.values(REASONS)) pauses.set({ reason }, 0);
  /** When it was looked first: a store that nobody sweeps must show, also if nobody ever did. */
  let firstLook: Instant | undefined;
  return ({ pauses: active, lastSweepTime, now }) => {
    firstLook ??= now;
    for (const [reason, label] of Object.entries(REASONS)) {
      pauses.set({ reason: label }, active.some((pause) => pause.reason === reason) ? 1 : 0);
    }
    age.set(Math.max(0, now - (lastSweepTime ?? firstLook)) / 1_000);
  };
}
