import {
  CleanupAdmin,
  Collector,
  LeaseService,
  type LeaseStore,
  type Observer,
  systemClock,
} from '@lease/core';
import { type CallbackSigner, callbackSigner, egressGuard, HttpExecutor } from '@lease/core/http';
import { GrpcExecutor } from '@lease/grpc';
import { createMetrics } from '@lease/metrics';
import type { Logger } from 'pino';
import { isLoopback } from './config/listen-address.js';
import type { Config } from './config/settings.js';
import { createStore, type OpenedStore } from './create-store.js';
import { logEvents } from './log.js';
import { operationsServer } from './operations/operations-server.js';
import { Readiness } from './operations/readiness.js';
import { ServingWatch } from './operations/serving-watch.js';
import { PauseWatch } from './pause-watch.js';
import { bindHttp, shutDownHttp } from './serving/bind-http.js';
import { openGrpc } from './serving/grpc-listeners.js';
import { httpPair } from './serving/tls.js';
import type { ShutdownReport } from './shutdown/component.js';
import { ShutdownCoordinator } from './shutdown/shutdown-coordinator.js';
import { partsOf, TURNS } from './shutdown/turns.js';
import { checkDependencies } from './start-up/check-dependencies.js';
import { recover } from './start-up/recover.js';
import { StartUp } from './start-up/start-up.js';

export interface LeaseServer {
  /** `host:port`, with the ports that were bound. */
  readonly grpc: string;
  readonly http: string;
  /** Where CleanupAdminService is; unset: nowhere. */
  readonly admin?: string;
  /**
   * Refuses new calls, waits for those under way and for the attempts in flight, and closes everything, within the drain limit.
   * A second call answers with the first.
   */
  stop(): Promise<ShutdownReport>;
  /** Attempts in flight are aborted, and nothing is waited for that can be cut. */
  hurry(): void;
}

/**
 * Opens the store, serves on both listeners, and only then begins to sweep: nobody's lease ends before it can be renewed.
 * Rejects with a `PhaseError` after what was opened by then is closed.
 */
export async function startLeaseServer(config: Config, log: Logger): Promise<LeaseServer> {
  const coordinator = new ShutdownCoordinator({
    clock: systemClock,
    limitMs: config.drainLimitMs,
    tell: ({ name, outcome, durationMs, error }) => {
      const line = { component: name, outcome, durationMs, ...(error !== undefined && { err: error }) };
      if (outcome === 'stopped') log.debug(line, 'component ended');
      else log.warn(line, 'component did not end by itself');
    },
  });
  const startUp = new StartUp(systemClock, ({ phase, outcome, durationMs }) => {
    log.info({ phase, outcome, durationMs: Math.round(durationMs) }, 'start-up phase');
  });
  // The program was loaded and its settings were read before anybody could time it.
  startUp.passed('configuration', process.uptime() * 1_000);
  try {
    return await start(config, log, startUp, coordinator);
  } catch (error) {
    await coordinator.shutDown();
    throw error;
  }
}

async function start(
  config: Config,
  log: Logger,
  startUp: StartUp,
  coordinator: ShutdownCoordinator,
): Promise<LeaseServer> {
  const register = partsOf(coordinator, config.drainLimitMs);
  await startUp.run('dependencies', () => checkDependencies(config, log));
  const { store, commits } = await startUp.run('migrations', () => createStore(config));
  register('store', TURNS.store, () => store.close());
  await startUp.run('recovery', () => recover(store, log));

  const server = assemble(config, log, { store, ...(commits && { commits }) });
  const { httpServer, executors, collector, readiness, ownPorts } = server;
  const { listeners, ...addresses } = await startUp.run('listeners', async () => {
    register('http pages', TURNS.pages, () => shutDownHttp(httpServer));
    const http = await bindHttp(httpServer, config.httpListen);
    const listeners = await openGrpc(config, server, log);
    register('grpc sockets', TURNS.sockets, (signal) => listeners.shutDown(signal));
    register('calls', TURNS.work, () => listeners.drain());
    const { grpc, admin } = listeners;
    const bound = { grpc, http, ...(admin !== undefined && { admin }) };
    for (const address of Object.values(bound))
      ownPorts.add(Number(address.slice(address.lastIndexOf(':') + 1)));
    return { listeners, ...bound };
  });
  const watch = new ServingWatch({
    readiness,
    clock: systemClock,
    tell: (serving, reasons) => {
      listeners.setServing(serving);
      if (serving) log.warn('calls are answered again: health turns SERVING');
      else log.warn({ reasons }, 'calls are not answered: health turns NOT_SERVING');
    },
  });
  await startUp.run('ready', () => {
    register('http executor', TURNS.sockets, () => executors.http.close());
    register('grpc executor', TURNS.sockets, () => executors.grpc.close());
    if (collector)
      register('collector', TURNS.work, (signal) => collector.stop({ graceMs: config.drainLimitMs, signal }));
    register('readiness', TURNS.announcement, () => {
      watch.stop();
      readiness.shuttingDown();
      return Promise.resolve();
    });
    collector?.start();
    readiness.serving({ collecting: collector !== undefined });
    watch.start();
    return Promise.resolve();
  });
  return {
    ...addresses,
    stop: () => coordinator.shutDown(),
    hurry: () => {
      coordinator.hurry();
    },
  };
}

/** Everything that needs no waiting. */
function assemble(config: Config, log: Logger, { store, commits }: OpenedStore) {
  const ownPorts = new Set<number>();
  const guard = egressGuard({
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
    admitTarget: guard.admitTarget,
    observer,
    minTtlMs: config.minTtlMs,
    maxTtlMs: config.maxTtlMs,
    defaultTtlMs: config.defaultTtlMs,
    maxLeasesPerService: config.maxLeasesPerService,
  });
  const admin = new CleanupAdmin({ store, observer });
  const calling = { guard, ...signing(config) };
  const executors = { http: new HttpExecutor(calling), grpc: new GrpcExecutor(calling) };
  const collector = config.holdCleanups ? undefined : collectorOf(config, store, executors, observer);
  // L1: a release or an operator may make an object due, and the next look would come only with the next sweep.
  observers.push(({ type }) => {
    if (type === 'lease-released' || type === 'cleanups-retried' || type === 'collection-resumed')
      collector?.wake();
  });

  const httpServer = operationsServer({
    readiness,
    metrics,
    tls: httpPair(config),
    onFault: (error) => {
      log.error({ err: error }, 'page failed');
    },
  });
  return { httpServer, service, admin, executors, collector, readiness, ownPorts };
}

/** With secrets, callbacks are signed. */
function signing({ signingSecrets, signingSecretsFile }: Config): { readonly signCallback?: CallbackSigner } {
  const secrets = [...signingSecrets, ...signingSecretsFile];
  return secrets.length > 0 ? { signCallback: callbackSigner({ secrets }) } : {};
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
