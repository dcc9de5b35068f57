import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { aLease, duration } from '../helpers/builders.js';
import { throughout } from '../helpers/eventually.js';
import { percentile } from '../helpers/percentile.js';
import { memoryOf } from '../helpers/process-figures.js';
import { instantMs } from '../helpers/raw-messages.js';
import { CleanupEndpoints } from './cleanup-endpoints.js';
import { Site, type SiteOptions, type Storage } from './site.js';
import { SteadyRenewals } from './steady-renewals.js';
import { takeLeases } from './take-leases.js';

export interface StormOptions extends Pick<SiteOptions, 'storage' | 'database'> {
  /** That are due in the same second. */
  readonly leases: number;
  /** How long renewals are measured before the storm. */
  readonly idleMs: number;
  readonly progress?: (line: string) => void;
}

export interface StormReport {
  readonly storage: Storage;
  readonly replicas: number;
  readonly leases: number;
  /** Between the first and the last expire time. */
  readonly dueWithinMs: number;
  readonly distinct: number;
  readonly duplicates: number;
  /** Cleanups per second, from the moment at which they may begin. */
  readonly perSecond: number;
  /** Leases ended by one sweep, on average over those that the storm took; 100 at most. */
  readonly perSweep: number;
  /** Cleanups in flight, at most, in all replicas. */
  readonly mostInFlight: number;
  /** L4: renewals, 200 a second, one lease per call, as this busy process sees them; and its own lateness meanwhile. */
  readonly renewals: {
    readonly idleP99Ms: number;
    readonly stormP99Ms: number;
    readonly ratio: number;
    readonly observerLateP99Ms: number;
    readonly sent: number;
  };
  /** The most that a replica ever had. */
  readonly peakMb: number;
  readonly violations: readonly string[];
}

const GRACE_MS = 1_000;
/** One server has 64 attempts under way, at most 16 at one endpoint. */
const ENDPOINTS = 12;
const LIVING = 500;
/** Until its code is compiled, a process is slow, idle or not: renewals for so long, and a storm of so small a share. */
const WARM_UP_MS = 2_000;
const WARM_UP_SHARE = 20;
const WARM_UP_LIMIT_MS = 60_000;
/** The first sweep of the storm is not missed, and few heartbeats are taken for sweeps. */
const BEFORE_MS = 100;
const MAX_IN_FLIGHT = 64;
const MAX_SWEEP = 100;
const MAX_MB = 512;
/** On a large machine V8 lets garbage pile up, to twice as much as it keeps: an operator who has no room for it says so. */
const NODE_OPTIONS = '--max-old-space-size=384';

/** An attempt that timed out would be repeated, by right. None shall. */
const RETRY = { attempt_timeout: duration(30_000) };

/** F11: so many leases fall due in the same second. Each is collected once, and renewals go on meanwhile. */
export async function storm(options: StormOptions): Promise<StormReport> {
  const { storage, leases: count, database, idleMs, progress = () => undefined } = options;
  const replicas = storage === 'postgres' ? 3 : 1;
  const flags = ['--grace', `${GRACE_MS}ms`, '--min-ttl', '10ms', '--max-leases-per-service', '1000000'];
  await using endpoints = await CleanupEndpoints.start(ENDPOINTS);
  await using site = await Site.open({
    ...{ storage, replicas, flags, nodeOptions: NODE_OPTIONS },
    ...(database && { database }),
  });

  const living = await takeLeases(site.client, LIVING, () => aLease({ ttlMs: 3_600_000 }));
  await using renewals = new SteadyRenewals({
    addresses: site.addresses,
    leases: living.map(({ lease_id: leaseId, service_id: serviceId }) => ({ leaseId, serviceId })),
  });
  progress(`${storage}: a small storm first`);
  await warmUp(site, endpoints, Math.ceil(count / WARM_UP_SHARE));
  const before = await site.stats();
  progress(`${storage}: renewals, idle`);
  await renewals.during(after(WARM_UP_MS));
  const idle = await renewals.during(after(idleMs));

  // Time enough to take them, at a third of the speed that is measured.
  const stormMs = Date.now() + 2_000 + count / 4;
  const due = await takeLeases(site.client, count, (index) =>
    aLease({
      object: { type: 'blob', id: `storm-${index}` },
      ttlMs: Math.max(10, stormMs - Date.now()),
      cleanup: { http: { url: endpoints.urlOf(index) }, retry: RETRY },
    }),
  );
  const expireMs = due.map(({ expire_time: time }) => instantMs(time));
  const dueWithinMs = latest(expireMs) - expireMs.reduce((least, each) => Math.min(least, each), Infinity);
  progress(`${storage}: ${count} leases were taken, due within ${dueWithinMs} ms`);
  await delay(Math.max(0, stormMs + GRACE_MS - BEFORE_MS - Date.now()));

  const lateness = monitorEventLoopDelay({ resolution: 1 });
  lateness.enable();
  const limit = after(30_000 + count * 20);
  const isOver = () => endpoints.arrivals.size >= count || limit();
  const watching = watch(site, before.leases.expired + count, isOver, progress);
  const busy = await renewals.during(isOver);
  lateness.disable();
  const { mostInFlight, sweeps } = await watching;
  await throughout(500, () => {
    if (endpoints.duplicates > 0) throw new Error(`S9: ${endpoints.duplicates} callbacks too many`);
  });

  const peakMb = Math.max(...site.replicas.map(({ pid }) => memoryOf(pid).peakMb));
  const { cleanups, attempts } = await site.stats();
  const lastMs = latest([...endpoints.arrivals.values()]);
  const missed = due.filter(({ object }) => !endpoints.arrivals.has(object.id)).length;
  const limits: readonly [what: string, value: number, most: number][] = [
    ['F11: the leases are due within, ms', dueWithinMs, 1_000],
    ['S9: leases that were not collected', missed, 0],
    ['S9: callbacks beyond the first', endpoints.duplicates, 0],
    ['S6: cleanups beyond those of the storm', cleanups.ended - before.cleanups.ended - count, 0],
    ['S9: attempts beyond the first', attempts.claimed - before.attempts.claimed - count, 0],
    ['S9: outcomes that were not done', attempts.claimed - attempts.done, 0],
    ['F11: leases ended per sweep', count / sweeps, MAX_SWEEP],
    ['F11: cleanups in flight', mostInFlight, MAX_IN_FLIGHT * replicas],
    ['F11: MB of a replica', peakMb, MAX_MB],
  ];
  const violations = [
    ...limits.flatMap(([what, value, most]) => (value <= most ? [] : [`${what}: ${value}, not ${most}`])),
    ...(await site.close()),
  ];
  const [idleP99Ms, stormP99Ms] = [percentile(99, idle), percentile(99, busy)];
  return {
    ...{ storage, replicas, leases: count, dueWithinMs },
    ...{ distinct: endpoints.arrivals.size, duplicates: endpoints.duplicates },
    perSecond: Math.round((count * 1_000) / (lastMs - stormMs - GRACE_MS)),
    perSweep: Math.round(count / sweeps),
    mostInFlight,
    renewals: {
      idleP99Ms: rounded(idleP99Ms),
      stormP99Ms: rounded(stormP99Ms),
      ratio: rounded(stormP99Ms / idleP99Ms),
      observerLateP99Ms: rounded(lateness.percentile(99) / 1e6),
      sent: idle.length + busy.length,
    },
    peakMb,
    violations,
  };
}

async function warmUp({ client }: Site, endpoints: CleanupEndpoints, leases: number): Promise<void> {
  await takeLeases(client, leases, (index) =>
    aLease({
      object: { type: 'blob', id: `early-${index}` },
      ttlMs: 10,
      cleanup: { http: { url: endpoints.urlOf(index) }, retry: RETRY },
    }),
  );
  const isOver = after(WARM_UP_LIMIT_MS);
  while (endpoints.arrivals.size < leases && !isOver()) await delay(50);
  if (endpoints.arrivals.size < leases) throw new Error('a small storm is not over after a minute');
  endpoints.forget();
}

/** Looks on until it is over: how many cleanups are in flight at most, and how many sweeps it takes to end the leases. */
async function watch(
  site: Site,
  expired: number,
  isOver: () => boolean,
  progress: (line: string) => void,
): Promise<{ readonly mostInFlight: number; readonly sweeps: number }> {
  const sweptBefore = await sweepsOf(site);
  let mostInFlight = 0;
  let sweeps: number | undefined;
  let saidMs = performance.now();
  while (!isOver()) {
    const { cleanups, leases: totals } = await site.stats();
    mostInFlight = Math.max(mostInFlight, cleanups.claimed);
    if (totals.expired >= expired) sweeps ??= (await sweepsOf(site)) - sweptBefore;
    if (performance.now() > saidMs + 5_000) {
      progress(`${totals.expired} ended, ${cleanups.collected} collected`);
      saidMs = performance.now();
    }
    await delay(50);
  }
  return { mostInFlight, sweeps: sweeps ?? (await sweepsOf(site)) - sweptBefore };
}

/** Sweeps of all replicas so far that were no mere heartbeat. */
async function sweepsOf({ replicas }: Site): Promise<number> {
  let sum = 0;
  for (const { http } of replicas) {
    const metrics = await (await fetch(`${http}/metrics`)).text();
    sum += Number(/^lease_sweep_duration_seconds_count\{status="swept"\} (\d+)$/m.exec(metrics)?.[1] ?? 0);
  }
  return sum;
}

function latest(instants: readonly number[]): number {
  return instants.reduce((most, each) => Math.max(most, each), -Infinity);
}

function rounded(ms: number): number {
  return Number(ms.toFixed(1));
}

function after(durationMs: number): () => boolean {
  const endMs = performance.now() + durationMs;
  return () => performance.now() >= endMs;
}
