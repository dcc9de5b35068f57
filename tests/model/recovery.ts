import type { Lease } from '@lease/core';

/** What follows a gap: for so long, leases that were not renewed since are spared. */
export interface Recovery {
  readonly since: number;
  readonly lastsMs: number;
}

/** The recovery after a gap, which takes over what was left of the one before when the gap began. */
export function recoveryAfter(gap: { from: number; to: number }, before: Recovery | undefined): Recovery {
  const leftMs = before ? Math.max(0, before.since + before.lastsMs - gap.from) : 0;
  return { since: gap.to, lastsMs: gap.to - gap.from + leftMs };
}

/** Until when the lease is spared: at most for the term that it was last given. */
export function sparedUntil(recovery: Recovery | undefined, lease: Lease): number {
  if (!recovery || lease.renewTime >= recovery.since) return -Infinity;
  return recovery.since + Math.min(recovery.lastsMs, lease.expireTime - lease.renewTime);
}

/** Until when what ended before the gap is not pruned: at most for as long as it is kept. */
export function keptUntil(recovery: Recovery | undefined, keptMs: number): number {
  return recovery ? recovery.since + Math.min(recovery.lastsMs, keptMs) : -Infinity;
}
