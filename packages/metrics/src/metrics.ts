import type { ServerInterceptor } from '@grpc/grpc-js';
import { type Clock, type LeaseStore, type Observer, systemClock } from '@lease/core';
import { Gauge, Registry } from 'prom-client';
import { attemptRun } from './attempt-run.js';
import { type BuildInfo, buildInfo } from './build-info.js';
import { collectionFigures } from './collection-figures.js';
import { commitFigures, type CommitTally } from './commit-figures.js';
import { expiryLag } from './expiry-lag.js';
import { grpcCalls } from './grpc-calls.js';
import { poolFigures, type PoolTally } from './pool-figures.js';
import { processEvents } from './process-events.js';
import { quotaFigures } from './quota-figures.js';
import { renewalMargin } from './renewal-margin.js';
import { type ReadSamples, samplesOf } from './samples.js';
import { startFigures, type StartPhases } from './start-figures.js';
import { measuredStore } from './store-calls.js';
import { storeFigures } from './store-figures.js';
import { StoreReader } from './store-reading.js';
import { systemFigures } from './system/system-figures.js';

export interface MetricsOptions {
  /** Read at each scrape. */
  readonly store: Pick<LeaseStore, 'stats' | 'collectionState'>;
  /** Whether this process runs a collector. Default true. */
  readonly collecting?: boolean;
  /** Read at each scrape. Unset: the store does not commit in groups. */
  readonly commits?: CommitTally;
  /** Read at each scrape. Unset: the store has no pool of connections. */
  readonly pool?: () => PoolTally;
  /** The quota of each service, as the service of this process has it. Unset: nothing is said of quotas. */
  readonly maxLeasesPerService?: number;
  /** Of the collector: so long after its expire time a lease is not late yet. Default 0. */
  readonly graceMs?: number;
  /** Unset: nothing is said of the build. */
  readonly build?: BuildInfo;
  /** Default: the process's own time. */
  readonly clock?: Clock;
}

export interface Metrics {
  /** To be told of every event of the service and the collector. */
  readonly observe: Observer;
  /** For a server of grpc-js: counts and times its calls. */
  readonly interceptor: ServerInterceptor;
  /** The same store, whose calls are counted and timed. */
  measure(store: LeaseStore): LeaseStore;
  /** How long the start took, once it is over. */
  started(phases: StartPhases): void;
  /** Reads the store for its figures. Never rejects. */
  readStore(): Promise<void>;
  /** Single series, as the last reading of the store left them. */
  readonly samples: ReadSamples;
  /** All metrics in Prometheus's text format. Never rejects for want of a store. */
  scrape(): Promise<{ readonly contentType: string; readonly body: string }>;
  /** What was registered here; further metrics may be. */
  readonly registry: Registry;
  /** Ends the watching of this process. */
  close(): void;
}

/** Prometheus metrics of a Lease service, in a registry of their own. */
export function createMetrics(options: MetricsOptions): Metrics {
  const { store, collecting = true, commits, pool, maxLeasesPerService, graceMs = 0, build } = options;
  const { clock = systemClock } = options;
  const registry = new Registry();
  const takers = [storeFigures(registry), expiryLag(graceMs, registry)];
  if (maxLeasesPerService !== undefined) takers.push(quotaFigures(maxLeasesPerService, registry));
  const takeState = collectionFigures(registry);
  const reader = new StoreReader(store, clock, registry, ({ stats, state }) => {
    for (const take of takers) take(stats);
    takeState(state);
  });
  new Gauge({
    name: 'lease_collecting',
    help: 'Whether this process ends leases and runs cleanups; 0: it leaves that to others.',
    registers: [registry],
  }).set(collecting ? 1 : 0);
  if (commits !== undefined) commitFigures(commits, registry);
  if (pool !== undefined) poolFigures(pool, registry);
  if (build !== undefined) buildInfo(build, registry);
  const observers = [processEvents(registry, clock), attemptRun(registry), renewalMargin(registry)];
  const endSystem = systemFigures(registry, clock);
  return {
    observe: (event) => {
      for (const observe of observers) observe(event);
    },
    interceptor: grpcCalls(registry, clock),
    measure: (measured) => measuredStore(measured, registry, clock),
    started: startFigures(registry),
    readStore: () => reader.read(),
    samples: samplesOf(registry),
    async scrape() {
      await reader.read();
      return { contentType: registry.contentType, body: await registry.metrics() };
    },
    registry,
    close: endSystem,
  };
}
