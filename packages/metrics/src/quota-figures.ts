import type { StoreStats } from '@lease/core';
import { Gauge, type Registry } from 'prom-client';

/** How near the largest service is to its quota. Returns what takes a new reading. */
export function quotaFigures(
  maxLeasesPerService: number,
  registry: Registry,
): (stats: Pick<StoreStats, 'largestService'>) => void {
  const used = new Gauge({
    name: 'lease_quota_used_ratio',
    help: 'The share of its quota that the service with the most leases uses: at 1, its creates are refused.',
    registers: [registry],
  });
  return ({ largestService }) => {
    used.set(largestService / maxLeasesPerService);
  };
}
