// Expiry and collection on a durable PostgreSQL, by server processes with their default settings: how late cleanups are
// while leases expire all the time; how fast a storm of leases is expired and collected; what it does to renewals.

import { setTimeout as delay } from 'node:timers/promises';
import { Collector, type LeaseStore } from '@lease/core';
import { PostgresStore } from '@lease/storage-postgres';
import { percentile } from '../tests/helpers/percentile.js';
import { RunningPostgres } from '../tests/helpers/postgres/running-postgres.js';
import { CleanupEndpoints } from '../tests/collection/cleanup-endpoints.js';
import { aCreate, createAll, fill } from './fill.js';
import { startPostgresServers } from './lease-servers.js';
import { type Figure, progress, reportFigure, reportLoad } from './report.js';
import { SteadyRenewals } from '../tests/collection/steady-renewals.js';

const BENCH = 'postgres-expiry';
const MANY = 100_000;
const HOUR_MS = 3_600_000;
/** The default of the servers. */
const GRACE_MS = 5_000;
/** One server has 64 attempts under way, at most 16 at one endpoint. */
const ENDPOINTS = 12;

const print = (figure: Figure) => {
  reportFigure(BENCH, figure);
};

await using postgres = await RunningPostgres.start({ durable: true });
await using endpoints = await CleanupEndpoints.start(ENDPOINTS);
await steady(1);
await steady(3);
await storm();
reportLoad(BENCH);

/** 1,000 leases a second are created and expire, among 100,000 that live. */
async function steady(count: number): Promise<void> {
  const [tickMs, perTick, ticks, ttlMs] = [50, 50, 400, 2_000];
  const database = { url: postgres.url, schema: `steady_${count}` };
  const store = await PostgresStore.open(database);
  await fill(store, MANY, (index) => aCreate(`live-${index}`, index, endpoints.urlOf(index), HOUR_MS));
  await using servers = await startPostgresServers(count, database);
  progress(`${servers.addresses.length} servers are ready`);
  endpoints.forget();

  const dueMs = new Map<string, number>();
  const startMs = performance.now();
  for (let tick = 0; tick < ticks; tick += 1) {
    await delay(Math.max(0, startMs + tick * tickMs - performance.now()));
    const commands = Array.from({ length: perTick }, (_, at) => {
      const index = tick * perTick + at;
      return aCreate(`brief-${index}`, index, endpoints.urlOf(index), ttlMs);
    });
    for (const lease of await createAll(store, commands)) {
      dueMs.set(lease.object.id, lease.expireTime + GRACE_MS);
    }
    if (tick % 40 === 0) progress(`collected ${endpoints.arrivals.size} of ${dueMs.size}`);
  }
  await collected(dueMs.size, 60_000);
  await store.close();

  const lateMs = [...dueMs].map(([id, due]) => (endpoints.arrivals.get(id) ?? Infinity) - due);
  const name = `1,000 expiries/s among ${plain(MANY)} leases, ${count} server${count === 1 ? '' : 's'}: expiry to attempt`;
  print({ name: `${name}, p50`, value: percentile(50, lateMs), unit: 'ms' });
  print({ name: `${name}, p99`, value: percentile(99, lateMs), unit: 'ms', atMost: 1_000 });
  print({ name: `${name}, earliest`, value: Math.min(...lateMs), unit: 'ms', atLeast: 0 });
}

/** 100,000 leases at once: expired here, collected by three servers; then the same under their eyes, beside renewals. */
async function storm(): Promise<void> {
  const database = { url: postgres.url, schema: 'storm' };
  const store = await PostgresStore.open(database);
  const living = await fill(store, 1_000, (index) =>
    aCreate(`live-${index}`, index, endpoints.urlOf(index), HOUR_MS),
  );
  // Nobody sweeps meanwhile, and a store that was never swept has no gap.
  await fill(store, MANY, (index) => aCreate(`storm-${index}`, index, endpoints.urlOf(index), 1));
  print({
    name: `${plain(MANY)} due at once: expired`,
    value: await expire(store),
    unit: '/s',
    atLeast: 7_000,
  });

  endpoints.forget();
  await using servers = await startPostgresServers(3, database);
  await collected(MANY, 180_000);
  const name = `${plain(MANY)} due at once: collected by 3 servers`;
  const arrivalsMs = [...endpoints.arrivals.values()];
  const tookMs = percentile(100, arrivalsMs) - percentile(0.001, arrivalsMs);
  print({ name, value: (arrivalsMs.length * 1_000) / tookMs, unit: '/s', atLeast: 2_000 });
  print({ name: `${name}, more than once`, value: endpoints.duplicates, unit: 'cleanups', atMost: 0 });

  await using renewals = new SteadyRenewals({
    addresses: servers.addresses,
    leases: living.map(({ leaseId, serviceId }) => ({ leaseId, serviceId })),
  });
  // Until it is connected and compiled, it is slow itself.
  await renewals.during(after(2_000));
  progress('renewals, idle');
  const idleMs = await renewals.during(after(10_000));
  endpoints.forget();
  const stormMs = Date.now() + 20_000;
  await fill(store, MANY, (index) =>
    aCreate(`late-${index}`, index, endpoints.urlOf(index), Math.max(1, stormMs - Date.now())),
  );
  await delay(stormMs + GRACE_MS - Date.now());
  progress('renewals, in the storm');
  const late = after(60_000);
  const busyMs = await renewals.during(() => endpoints.arrivals.size >= MANY || late());
  await store.close();
  for (const percent of [50, 99]) {
    const [idle, busy] = [percentile(percent, idleMs), percentile(percent, busyMs)];
    print({ name: `renewals, idle, p${percent}`, value: idle, unit: 'ms' });
    print({
      name: `renewals, while ${plain(MANY)} expire and are collected, p${percent}`,
      value: busy,
      unit: 'ms',
    });
    print({
      name: `the same, ratio of p${percent}`,
      value: busy / idle,
      unit: 'x',
      ...(percent === 99 && { atMost: 3 }),
    });
  }
}

/** Sweeps as a server does, until nothing is left. Leases per second. */
async function expire(store: LeaseStore): Promise<number> {
  const collector = new Collector({ store, executors: {}, graceMs: 0 });
  const startMs = performance.now();
  let expired = 0;
  while (expired < MANY) {
    const report = await collector.sweep();
    if (report.status !== 'swept') throw new Error(`the sweep is ${report.status}`);
    expired += report.expired;
    if (expired % 20_000 < report.expired) progress(`expired ${plain(expired)} of ${plain(MANY)}`);
    await delay(report.nextInMs === 0 ? 0 : 1);
  }
  return (expired * 1_000) / (performance.now() - startMs);
}

async function collected(count: number, limitMs: number): Promise<void> {
  const late = after(limitMs);
  while (endpoints.arrivals.size < count && !late()) {
    await delay(1_000);
    progress(`collected ${plain(endpoints.arrivals.size)} of ${plain(count)}`);
  }
  if (endpoints.arrivals.size < count)
    throw new Error(`only ${endpoints.arrivals.size} of ${count} were collected`);
}

function after(durationMs: number): () => boolean {
  const endMs = performance.now() + durationMs;
  return () => performance.now() >= endMs;
}

function plain(count: number): string {
  return count.toLocaleString('en');
}
