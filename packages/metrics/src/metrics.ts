import { type Clock, type LeaseStore, type Observer, systemClock } from '@lease/core';
import { Gauge, Registry } from 'prom-client';
import { commitFigures, type CommitTally } from './commit-figures.js';
import { pauseFigures } from './pause-figures.js';
import { processEvents } from './process-events.js';
import { storeFigures } from './store-figures.js';

export interface MetricsOptions {
  /** Read at each scrape. */
  readonly store: Pick<LeaseStore, 'stats' | 'collectionState'>;
  /** Whether this process runs a collector. Default true. */
  readonly collecting?: boolean;
  /** Read at each scrape. Unset: the store does not commit in groups. */
  readonly commits?: CommitTally;
  /** Default: the process's own time. */
  readonly clock?: Clock;
}

export interface Metrics {
  /** To be told of every event of the service and the collector. */
  readonly observe: Observer;
  /** All metrics in Prometheus's text format. Never rejects for want of a store. */
  scrape(): Promise<{ readonly contentType: string; readonly body: string }>;
}

/** Prometheus metrics of a Lease service, in a registry of their own. */
export function createMetrics({
  store,
  collecting = true,
  commits,
  clock = systemClock,
}: MetricsOptions): Metrics {
  const registry = new Registry();
  const readStore = storeFigures(store, registry);
  const readPauses = pauseFigures(store, registry);
  new Gauge({
    name: 'lease_collecting',
    help: 'Whether this process ends leases and runs cleanups; 0: it leaves that to others.',
    registers: [registry],
  }).set(collecting ? 1 : 0);
  if (commits !== undefined) commitFigures(commits, registry);
  return {
    observe: processEvents(registry, clock),
    async scrape() {
      await Promise.all([readStore(), readPauses()]);
      return { contentType: registry.contentType, body: await registry.metrics() };
    },
  };
}
