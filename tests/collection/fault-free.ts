import { aLease, anObject, duration } from '../helpers/builders.js';
import { eventually, throughout } from '../helpers/eventually.js';
import { CleanupEndpoints } from './cleanup-endpoints.js';
import { Site, type SiteOptions, type Storage } from './site.js';
import { takeLeases } from './take-leases.js';

export interface FaultFreeOptions extends Pick<SiteOptions, 'storage' | 'database'> {
  readonly cleanups: number;
  readonly progress?: (line: string) => void;
}

export interface FaultFreeReport {
  readonly storage: Storage;
  readonly cleanups: number;
  readonly callbacks: number;
  readonly overGrpc: number;
  readonly expired: number;
  readonly released: number;
  readonly seconds: number;
  readonly violations: readonly string[];
}

/** Two of each, since one endpoint has at most 16 of the 64 slots. */
const ENDPOINTS = 2;

/** An attempt that timed out would be repeated, by right. None shall: nothing here takes so long. */
const RETRY = { attempt_timeout: duration(30_000) };

/** A second callback for the last one would come at once. */
const SETTLE_MS = 500;

/**
 * S9: without a fault, callbacks are cleanups, exactly; half of the leases expire and half are released, half of the
 * callbacks go over each protocol. Afterwards S6's and S16's sums hold, in GetStats and by a recount.
 */
export async function faultFree(options: FaultFreeOptions): Promise<FaultFreeReport> {
  const { storage, cleanups, database, progress = () => undefined } = options;
  const flags = ['--grace', '200ms', '--min-ttl', '200ms', '--max-leases-per-service', `${cleanups}`];
  await using endpoints = await CleanupEndpoints.start(ENDPOINTS, ENDPOINTS);
  await using site = await Site.open({ storage, flags, ...(database && { database }) });
  const startMs = performance.now();
  const isReleased = (index: number) => index % 8 >= 4;
  const leases = await takeLeases(
    site.client,
    cleanups,
    (index) =>
      aLease({
        object: anObject('blob'),
        ttlMs: isReleased(index) ? 600_000 : 500,
        cleanup: { ...endpoints.targetOf(index), retry: RETRY },
      }),
    (from, requests) =>
      site.client.call('BatchReleaseLeases', {
        requests: requests.filter((_, at) => isReleased(from + at)),
      }),
  );
  progress(`${storage}: ${leases.length} leases were taken`);
  // For a machine that does much else: on its own it takes a fiftieth of that.
  const deadlineMs = 20_000 + cleanups * 20;
  let saidMs = performance.now();
  const { cleanups: totals, attempts } = await eventually(
    async () => {
      const stats = await site.stats();
      if (performance.now() > saidMs + 5_000) {
        progress(`${storage}: ${stats.cleanups.collected} of ${cleanups} are collected`);
        saidMs = performance.now();
      }
      if (stats.cleanups.collected < cleanups || stats.cleanups.open > 0)
        throw new Error(`of ${cleanups} cleanups, ${stats.cleanups.collected} are collected`);
      return stats;
    },
    { deadlineMs, everyMs: 100 },
  );
  const seconds = (performance.now() - startMs) / 1_000;
  const callbacks = () => endpoints.arrivals.size + endpoints.duplicates;
  await throughout(SETTLE_MS, () => {
    if (callbacks() > cleanups) throw new Error(`S9: ${callbacks()} callbacks for ${cleanups} cleanups`);
  });

  const { expired, released } = (await site.stats()).leases;
  const missed = leases.filter(({ object }) => !endpoints.arrivals.has(object.id)).length;
  const equations: readonly [what: string, left: number, right: number][] = [
    ['S9: callbacks', callbacks(), cleanups],
    ['S9: objects without a callback', missed, 0],
    ['S9: different cleanup ids', endpoints.cleanupIds.size, cleanups],
    ['S8: different fences', endpoints.fences.size, cleanups],
    ['S6: cleanups that ended', totals.ended, cleanups],
    ['S9: attempts claimed', attempts.claimed, cleanups],
    ['S9: attempts done', attempts.done, cleanups],
    ['S16: leases that ended', expired + released, cleanups],
  ];
  const violations = [
    ...equations.flatMap(([what, left, right]) =>
      left === right ? [] : [`${what}: ${left} is not ${right}`],
    ),
    ...(await site.close()),
  ];
  const overGrpc = leases.filter((_, index) => 'grpc' in endpoints.targetOf(index)).length;
  return {
    ...{ storage, cleanups, callbacks: callbacks(), overGrpc, expired, released },
    seconds: Number(seconds.toFixed(1)),
    violations,
  };
}
