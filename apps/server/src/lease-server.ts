import {
  CleanupAdmin,
  Collector,
  LeaseService,
  type LeaseStore,
  type Observer,
  systemClock,
} from '@lease/core';
import { egressGuard, HttpExecutor } from '@lease/core/http';
import { GrpcExecutor } from '@lease/grpc';
import { createMetrics } from '@lease/metrics';
import type { Logger } from 'pino';
import { isLoopback } from './config/listen-address.js';
import type { Config } from './config/settings.js';
import { createStore, type OpenedStore } from './create-store.js';
import { logEvents } from './log.js';
import { operationsServer } from './operations/operations-server.js';
import { Readiness } from './operations/readiness.js';
import { PauseWatch } from './pause-watch.js';
import { bindHttp, shutDownHttp } from './serving/bind-http.js';
import { openGrpc } from './serving/grpc-listeners.js';

export interface LeaseServer {
  /** `host:port`, with the ports that were bound. */
  readonly grpc: string;
  readonly http: string;
  /** Where CleanupAdminService is; unset: nowhere. */
  readonly admin?: string;
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
  const openedStore = await createStore(config);
  const opened: (() => Promise<unknown>)[] = [() => openedStore.store.close()];
  try {
    return await serve(config, log, openedStore, opened);
  } catch (error) {
    for (const close of opened.reverse()) await close();
    throw error;
  }
}

async function serve(
  config: Config,
  log: Logger,
  { store, commits }: OpenedStore,
  opened: (() => Promise<unknown>)[],
): Promise<LeaseServer> {
  const ownPorts = new Set<number>();
  const admitTarget = egressGuard({
    ownPorts,
    allowLoopback: [config.grpcListen, config.httpListen, config.adminListen ?? config.grpcListen].every(
      isLoopback,
    ),
    allow: config.allowCleanupTarget,
  });
  const metrics = createMetrics({ store, collecting: !config.holdCleanups, ...(commits && { commits }) });
  const readiness = new Readiness(store, systemClock);
  const pauses = new PauseWatch(store, log, systemClock);
  const observers = [metrics.observe, readiness.observe, pauses.observe, logEvents(log, systemClock)];
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
  const admin = new CleanupAdmin({ store, observer });
  const executors = { http: new HttpExecutor({ admitTarget }), grpc: new GrpcExecutor({ admitTarget }) };
  const collector = config.holdCleanups ? undefined : collectorOf(config, store, executors, observer);
  // L1: a release or an operator may make an object due, and the next look would come only with the next sweep.
  observers.push(({ type }) => {
    if (type === 'lease-released' || type === 'cleanups-retried' || type === 'collection-resumed')
      collector?.wake();
  });

  const httpServer = operationsServer({
    readiness,
    metrics,
    onFault: (error) => {
      log.error({ err: error }, 'page failed');
    },
  });
  opened.push(() => shutDownHttp(httpServer));
  const http = await bindHttp(httpServer, config.httpListen);
  const listeners = await openGrpc(config, { service, admin }, log);
  opened.push(() => listeners.shutDown(0));
  const addresses = { grpc: listeners.grpc, http, ...(listeners.admin && { admin: listeners.admin }) };
  for (const address of Object.values(addresses))
    ownPorts.add(Number(address.slice(address.lastIndexOf(':') + 1)));
  collector?.start();
  readiness.serving({ collecting: collector !== undefined });

  return {
    ...addresses,
    async stop(limitMs) {
      readiness.shuttingDown();
      const attempts = collector?.stop({ graceMs: limitMs * SHARE_FOR_ATTEMPTS });
      await Promise.all([listeners.drain(), attempts]);
      await Promise.all([executors.http.close(), executors.grpc.close(), listeners.shutDown(FLUSH_MS)]);
      await shutDownHttp(httpServer);
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
