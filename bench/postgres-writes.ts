// How many leases a second PostgreSQL creates and renews through the adapter: in batches, and one by one by way of the
// coalescing store; against plain inserts of the same rows. On a durable server, over 16 connections.

import { randomUUID } from 'node:crypto';
import { coalesce, type CreateLease, type LeaseStore } from '@lease/core';
import { createCommand } from '@lease/core/testing';
import { PostgresStore } from '@lease/storage-postgres';
import postgres from 'postgres';
import { RunningPostgres } from '../tests/helpers/postgres/running-postgres.js';
import { perSecond } from './per-second.js';
import { PlainInserts } from './plain-inserts.js';
import { median, progress, report, reportFigure, reportLoad } from './report.js';

const BENCH = 'postgres-writes';
const SCHEMA = 'lease';
const ROUNDS = 5;
const WINDOW_MS = 2_000;
const CONNECTIONS = 16;
/** Callers that pass batches, and callers that pass single elements to the coalescing store. */
const BATCH = 500;
const BATCHERS = 4;
const CALLERS = 64;
const SERVICES = 16;
/** Leases that are renewed. */
const LEASES = 40_000;

await using server = await RunningPostgres.start({
  durable: true,
  settings: { shared_buffers: '256MB', max_wal_size: '4GB' },
});
const store = await PostgresStore.open({ url: server.url, schema: SCHEMA, maxConnections: CONNECTIONS });
const coalesced = coalesce(store);
const leases = Array.from({ length: LEASES }, newLease);
for (let at = 0; at < LEASES; at += BATCH) await store.create(leases.slice(at, at + BATCH));
// In an order that has nothing to do with where they lie.
leases.sort((a, b) => (a.leaseId < b.leaseId ? -1 : 1));

const figures = [
  figure('create, 500 per call', 2.2, BATCHERS, () => create(store, BATCH)),
  figure('create, single and coalesced', 1.3, CALLERS, () => create(coalesced, 1)),
  figure('renew, 500 per call', 8, BATCHERS, renewals(store, BATCHERS, BATCH)),
  figure('renew, single and coalesced', 3, CALLERS, renewals(coalesced, CALLERS, 1)),
];
const base: number[] = [];
{
  await using plain = await PlainInserts.open(server.url, SCHEMA);
  // The first round warms up.
  for (let round = 0; round <= ROUNDS; round += 1) {
    const inserts = await plain.perSecond(WINDOW_MS);
    if (round > 0) base.push(inserts);
    for (const { name, run, rates } of figures) {
      progress(`round ${round} of ${ROUNDS}: ${name}`);
      const rate = await run();
      if (round > 0) rates.push(rate);
    }
  }
}
reportFigure(BENCH, { name: 'B, plain inserts, one a transaction', value: median(base), unit: '/s' });
for (const { name, floor, rates } of figures) {
  reportFigure(BENCH, { name, value: median(rates), unit: '/s' });
  const ratios = rates.map((rate, round) => rate / (base[round] ?? NaN));
  report(BENCH, [{ name: `${name}, against B`, ratio: median(ratios), ratios, floor }]);
}
await coalesced.close();
reportFigure(BENCH, { name: 'renewals that are HOT', value: await hotShare(), unit: '%', atLeast: 95 });
reportLoad(BENCH);

function figure(name: string, floor: number, callers: number, call: (caller: number) => Promise<number>) {
  return { name, floor, run: () => perSecond(callers, WINDOW_MS, call), rates: [] as number[] };
}

function newLease(): CreateLease {
  const leaseId = randomUUID();
  const serviceId = `service-${parseInt(leaseId.slice(0, 8), 16) % SERVICES}`;
  return createCommand({
    leaseId,
    serviceId,
    ttlMs: 300_000,
    metadata: new Map([['made', 'now']]),
    maxActive: 1e9,
  });
}

async function create(to: LeaseStore, count: number): Promise<number> {
  const results = await to.create(Array.from({ length: count }, newLease));
  if (results.some(({ outcome }) => outcome !== 'done')) throw new Error('a create was refused');
  return count;
}

/** Each caller renews its share of the leases in turn. */
function renewals(of: LeaseStore, callers: number, count: number): (caller: number) => Promise<number> {
  const share = Math.floor(LEASES / callers / count) * count;
  const turns = Array.from({ length: callers }, () => 0);
  return async (caller) => {
    const turn = turns[caller] ?? 0;
    turns[caller] = (turn + count) % share;
    const start = caller * share + turn;
    const results = await of.renew(
      leases.slice(start, start + count).map(({ leaseId, serviceId }) => ({ leaseId, serviceId })),
    );
    if (results.some(({ outcome }) => outcome !== 'done')) throw new Error('a renewal was refused');
    return count;
  };
}

/** Nothing else updates a lease here. */
async function hotShare(): Promise<number> {
  const sql = postgres(server.url, { max: 1, fetch_types: false });
  const [counted] = await sql<{ share: string }[]>`
    select 100.0 * n_tup_hot_upd / n_tup_upd as share from pg_stat_user_tables
    where schemaname = ${SCHEMA} and relname = 'lease'`;
  await sql.end();
  return Number(counted?.share);
}
