import type { StoreStats } from '@lease/core';
import { Gauge, type Registry } from 'prom-client';

/**
 * How far the sweep is behind. A renewal moves no check, so what waits for its check may turn out to be renewed: this is
 * how late an expiry can be, at most. Returns what takes a new reading.
 */
export function expiryLag(
  graceMs: number,
  registry: Registry,
): (stats: Pick<StoreStats, 'nextCheckTime' | 'now'>) => void {
  const lag = new Gauge({
    name: 'lease_expiry_lag_seconds',
    help: 'For how long, after its expire time and the grace, the lease that is overdue longest was not looked at; 0 if none is.',
    registers: [registry],
  });
  return ({ nextCheckTime = Infinity, now }) => {
    lag.set(Math.max(0, now - graceMs - nextCheckTime) / 1_000);
  };
}
