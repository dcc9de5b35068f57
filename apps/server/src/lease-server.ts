import pkg from '../package.json' with { type: 'json' };
import { Server } from '@grpc/grpc-js';
import { Collector, LeaseService, type LeaseStore, type Observer, systemClock } from '@lease/core';
import { egressGuard, HttpExecutor } from '@lease/core/http';
import { GrpcExecutor, mountLease } from '@lease/grpc';
import { alertRules, AlertMonitor, createMetrics } from '@lease/metrics';
import type { Logger } from 'pino';
import { isLoopback } from './config/listen-address.js';
import type { Config } from './config/settings.js';
import { createStore, type OpenedStore } from './create-store.js';
import { logAlerts } from './log-alerts.js';
import { logEvents } from './log.js';
import { operationsServer } from './operations/operations-server.js';
import { Readiness } from './operations/readiness.js';
import { bindGrpc, shutDownGrpc } from './serving/bind-grpc.js';
import { bindHttp, shutDownHttp } from './serving/bind-http.js';

export interface LeaseServer {
  /** `host:port`, with the ports that were bound. */
  readonly grpc: string;
  readonly http: string;
  /**
   * Refuses new calls, waits for those under way and for the attempts in flight, and closes everything. Attempts are
   * aborted in time for `limitMs`; a store that hangs is not cut short here.
   */
  stop(limitMs: number): Promise<void>;
}

/** Of the time that a stop may take: so much for attempts in flight; the rest is for aborting and recording them. */
const SHARE_FOR_ATTEMPTS = 0.8;

/** Answers that were given may still be on their way; streams that never end are cut after so long. */
const FLUSH_MS = 1_000;

/** Opens the store, serves on both listeners, and only then begins to sweep: nobody's lease ends before it can be renewed. */
export async function startLeaseServer(config: Config, log: Logger): Promise<LeaseServer> {
  const loadedMs = systemClock.monotonicMs();
  const openedStore = await createStore(config);
  const opened: (() => Promise<unknown>)[] = [() => openedStore.store.close()];
  try {
    return await serve(config, log, openedStore, opened, loadedMs);
  } catch (error) {
    for (const close of opened.reverse()) await close();
    throw error;
  }
}

async function serve(
  config: Config,
  log: Logger,
  openedStore: OpenedStore,
  opened: (() => Promise<unknown>)[],
  loadedMs: number,
): Promise<LeaseServer> {
  const storeOpenMs = systemClock.monotonicMs();
  const ownPorts = new Set<number>();
  const admitTarget = egressGuard({
    ownPorts,
    allowLoopback: isLoopback(config.grpcListen) && isLoopback(config.httpListen),
    allow: config.allowCleanupTarget,
  });
  const metrics = createMetrics({
    ...openedStore,
    maxLeasesPerService: config.maxLeasesPerService,
    graceMs: config.graceMs,
    build: { version: pkg.version },
  });
  opened.push(() => {
    metrics.close();
    return Promise.resolve();
  });
  const store = metrics.measure(openedStore.store);
  const alerts = new AlertMonitor({
    ...metrics,
    rules: alertRules({ oldestDueMs: config.alertOldestDueMs }),
    notify: logAlerts(log),
    clock: systemClock,
  });
  const readiness = new Readiness(store, systemClock);
  const observers = [metrics.observe, readiness.observe, logEvents(log, systemClock)];
  const observer: Observer = (event) => {
    for (const observe of observers) observe(event);
  };

  const service = new LeaseService({
    store,
    admitTarget,
    observer,
    minTtlMs: config.minTtlMs,
    maxTtlMs: config.maxTtlMs,
    defaultTtlMs: config.defaultTtlMs,
    maxLeasesPerService: config.maxLeasesPerService,
  });
  const executors = { http: new HttpExecutor({ admitTarget }), grpc: new GrpcExecutor({ admitTarget }) };
  const collector = config.holdCleanups ? undefined : collectorOf(config, store, executors, observer);
  // L1: a release may make an object due, and the next look would come only with the next sweep.
  observers.push((event) => {
    if (event.type === 'lease-released') collector?.wake();
  });

  const grpcServer = new Server({ interceptors: [metrics.interceptor] });
  const mounted = mountLease(grpcServer, {
    service,
    onFault: (error, method) => {
      log.error({ method, err: error }, 'call failed');
    },
  });
  const httpServer = operationsServer({
    readiness,
    metrics,
    alerts,
    onFault: (error) => {
      log.error({ err: error }, 'page failed');
    },
  });
  opened.push(() => shutDownHttp(httpServer));
  const http = await bindHttp(httpServer, config.httpListen);
  opened.push(() => shutDownGrpc(grpcServer, 0));
  const grpc = await bindGrpc(grpcServer, config.grpcListen);
  for (const address of [http, grpc]) ownPorts.add(Number(address.slice(address.lastIndexOf(':') + 1)));
  collector?.start();
  readiness.serving({ sweeping: collector !== undefined });
  const servingMs = systemClock.monotonicMs();
  metrics.started({ loadMs: loadedMs, storeMs: storeOpenMs - loadedMs, serveMs: servingMs - storeOpenMs });
  alerts.start();

  return {
    grpc,
    http,
    async stop(limitMs) {
      readiness.shuttingDown();
      alerts.stop();
      const attempts = collector?.stop({ graceMs: limitMs * SHARE_FOR_ATTEMPTS });
      await Promise.all([mounted.drain(), attempts]);
      await Promise.all([executors.http.close(), executors.grpc.close(), shutDownGrpc(grpcServer, FLUSH_MS)]);
      await shutDownHttp(httpServer);
      metrics.close();
      await store.close();
    },
  };
}

function collectorOf(
  config: Config,
  store: LeaseStore,
  executors: { readonly http: HttpExecutor; readonly grpc: GrpcExecutor },
  observer: Observer,
): Collector {
  return new Collector({
    store,
    executors,
    observer,
    graceMs: config.graceMs,
    sweepIntervalMs: config.sweepIntervalMs,
    brakeShare: config.brakeShare,
    maxConcurrent: config.maxConcurrentCleanups,
    claimMs: config.claimTtlMs,
    retainEndedMs: config.retainEndedMs,
  });
}
