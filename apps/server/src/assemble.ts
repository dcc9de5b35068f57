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
import { AlertMonitor, alertRules, createMetrics } from '@lease/metrics';
import type { Logger } from 'pino';
import pkg from '../package.json' with { type: 'json' };
import { notifier } from './alert-notices.js';
import { listenersOf } from './config/listeners.js';
import { isLoopback } from './config/listen-address.js';
import type { Config } from './config/settings.js';
import type { OpenedStore } from './create-store.js';
import { logEvents } from './log.js';
import { operationsServer } from './operations/operations-server.js';
import { Readiness } from './operations/readiness.js';
import { PauseWatch } from './pause-watch.js';
import { httpPair } from './serving/tls.js';

/** The parts of a server over an open store, and who tells whom. Nothing listens yet, and nothing is swept. */
export function assemble(config: Config, log: Logger, opened: OpenedStore) {
  const ownPorts = new Set<number>();
  const guard = egressGuard({
    ownPorts,
    allowLoopback: listenersOf(config).every(({ address }) => isLoopback(address)),
    allow: config.allowCleanupTarget,
  });
  const sign = signerOf(config);
  const metrics = createMetrics({
    ...opened,
    collecting: !config.holdCleanups,
    maxLeasesPerService: config.maxLeasesPerService,
    graceMs: config.graceMs,
    build: { version: pkg.version },
  });
  const store = metrics.measure(opened.store);
  const alerts = new AlertMonitor({
    ...metrics,
    rules: alertRules({ oldestDueMs: config.alertOldestDueMs }),
    notify: notifier(config, log, sign),
    clock: systemClock,
  });
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
  const calling = { guard, ...(sign && { signCallback: sign }) };
  const executors = { http: new HttpExecutor(calling), grpc: new GrpcExecutor(calling) };
  const collector = config.holdCleanups ? undefined : collectorOf(config, store, executors, observer);
  // L1: a release or an operator may make an object due, and the next look would come only with the next sweep.
  observers.push(({ type }) => {
    if (type === 'lease-created' || type === 'lease-renewed' || type === 'lease-released')
      collector?.giveWay();
    if (type === 'lease-released' || type === 'cleanups-retried' || type === 'collection-resumed')
      collector?.wake();
  });

  const httpServer = operationsServer({
    readiness,
    metrics,
    alerts,
    tls: httpPair(config),
    onFault: (error) => {
      log.error({ err: error }, 'page failed');
    },
  });
  return { httpServer, service, admin, executors, collector, readiness, metrics, alerts, ownPorts };
}

/** With secrets, callbacks and notices of alerts are signed. */
function signerOf({ signingSecrets, signingSecretsFile }: Config): CallbackSigner | undefined {
  const secrets = [...signingSecrets, ...signingSecretsFile];
  return secrets.length > 0 ? callbackSigner({ secrets }) : undefined;
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
