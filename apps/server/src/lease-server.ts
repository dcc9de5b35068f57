import { systemClock } from '@lease/core';
import type { Logger } from 'pino';
import { assemble } from './assemble.js';
import type { Config } from './config/settings.js';
import { createStore } from './create-store.js';
import { ServingWatch } from './operations/serving-watch.js';
import { bindHttp, shutDownHttp } from './serving/bind-http.js';
import { openGrpc } from './serving/grpc-listeners.js';
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
  const opened = await startUp.run('migrations', () => createStore(config));
  register('store', TURNS.store, () => opened.store.close());
  await startUp.run('recovery', () => recover(opened.store, log));

  const server = assemble(config, log, opened);
  const { httpServer, executors, collector, readiness, metrics, alerts, ownPorts } = server;
  register('metrics', TURNS.store, () => {
    metrics.close();
    return Promise.resolve();
  });
  const { listeners, ...addresses } = await startUp.run('listeners', async () => {
    register('http pages', TURNS.pages, () => shutDownHttp(httpServer));
    const http = await bindHttp(httpServer, config.httpListen);
    const listeners = await openGrpc(config, server, [metrics.interceptor], log);
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
      alerts.stop();
      return Promise.resolve();
    });
    collector?.start();
    readiness.serving({ collecting: collector !== undefined });
    watch.start();
    return Promise.resolve();
  });
  metrics.started(Object.fromEntries(startUp.reports.map(({ phase, durationMs }) => [phase, durationMs])));
  alerts.start();
  return {
    ...addresses,
    stop: () => coordinator.shutDown(),
    hurry: () => {
      coordinator.hurry();
    },
  };
}
