// What one hung endpoint of ten costs the other nine (L3): objects are released at a steady pace, 100 a second over ten
// endpoints; how long until their callbacks arrive, with all ten well and with one that never answers. A server of its
// own for each round, with the memory store and its defaults; a round lasts longer than the timeout of an attempt (10 s),
// so that it has both in it: the slots that the first attempts hold, and the breaker afterwards.

import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { credentials } from '@grpc/grpc-js';
import { CreateLeaseRequest, LeaseServiceClient, ReleaseLeaseRequest } from '@lease/protocol';
import { CleanupEndpoints } from '../tests/collection/cleanup-endpoints.js';
import { percentile } from '../tests/helpers/percentile.js';
import { startMemoryServer } from './lease-servers.js';
import { median, progress, reportFigure, reportLoad } from './report.js';

const BENCH = 'hung-endpoint';
const ENDPOINTS = 10;
const EVERY_MS = 10;
const ROUND_MS = 15_000;
const PAIRS = 5;

/** From the release of an object to its callback, p99 over the nine that are always well, in ms. */
async function p99OfNine(oneHangs: boolean): Promise<number> {
  await using endpoints = await CleanupEndpoints.start(ENDPOINTS);
  if (oneHangs) endpoints.hang(ENDPOINTS - 1);
  await using server = await startMemoryServer();
  const client = new LeaseServiceClient(server.address, credentials.createInsecure());
  const releasedMs = new Map<string, number>();
  const calls: Promise<void>[] = [];
  const startMs = performance.now();
  for (let n = 0; n * EVERY_MS < ROUND_MS; n++) {
    const waitMs = startMs + n * EVERY_MS - performance.now();
    if (waitMs > 0) await delay(waitMs);
    const watched = n % ENDPOINTS < ENDPOINTS - 1;
    calls.push(
      letGo(client, `object-${n}`, endpoints.urlOf(n), (ms) => {
        if (watched) releasedMs.set(`object-${n}`, ms);
      }),
    );
  }
  await Promise.all(calls);
  while ([...releasedMs.keys()].some((id) => !endpoints.arrivals.has(id))) await delay(50);
  client.close();
  return percentile(
    99,
    [...releasedMs].map(([id, ms]) => (endpoints.arrivals.get(id) ?? Infinity) - ms),
  );
}

/** An object that is held and then released; `released` is told when the release was sent. */
async function letGo(
  client: LeaseServiceClient,
  id: string,
  url: string,
  released: (ms: number) => void,
): Promise<void> {
  const leaseId = randomUUID();
  const held = { leaseId, serviceId: 'service-a' };
  const cleanup = { target: { $case: 'http' as const, value: { url } } };
  const create = CreateLeaseRequest.fromPartial({ ...held, object: { type: 'blob', id }, cleanup });
  await new Promise<void>((resolve, reject) => {
    client.createLease(create, (error) => (error ? reject(error) : resolve()));
  });
  released(Date.now());
  const release = ReleaseLeaseRequest.fromPartial(held);
  await new Promise<void>((resolve, reject) => {
    client.releaseLease(release, (error) => (error ? reject(error) : resolve()));
  });
}

const well: number[] = [];
const beside: number[] = [];
for (let pair = 1; pair <= PAIRS; pair++) {
  progress(`pair ${pair} of ${PAIRS}`);
  well.push(await p99OfNine(false));
  beside.push(await p99OfNine(true));
}
const ratios = beside.map((ms, pair) => ms / (well[pair] ?? NaN));
const spread = (numbers: readonly number[]) =>
  `${Math.min(...numbers).toFixed(2)} to ${Math.max(...numbers).toFixed(2)}`;
reportFigure(BENCH, { name: `p99, all ten well (${spread(well)})`, value: median(well), unit: 'ms' });
reportFigure(BENCH, {
  name: `p99 beside one that hangs (${spread(beside)})`,
  value: median(beside),
  unit: 'ms',
});
reportFigure(BENCH, { name: `ratio of a pair (${spread(ratios)})`, value: median(ratios), unit: 'x' });
reportLoad(BENCH);
