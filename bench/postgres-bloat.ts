// How much the lease table and its indexes grow under renewals, with autovacuum as PostgreSQL ships it: 20,000 leases are
// renewed 60 times each, three times per TTL, while a sweep moves their checks on. That is ten minutes' worth of a TTL of
// 30 s, in two: autovacuum, which looks once a minute, has a fifth of the time that it would have.

import type { Lease } from '@lease/core';
import { PostgresStore } from '@lease/storage-postgres';
import postgres from 'postgres';
import { RunningPostgres } from '../tests/helpers/postgres/running-postgres.js';
import { aCreate, fill } from './fill.js';
import { progress, reportFigure, reportLoad } from './report.js';

const BENCH = 'postgres-bloat';
const LEASES = 20_000;
const ROUNDS = 60;
const ROUND_MS = 2_000;
const TTL_MS = 3 * ROUND_MS;
const BATCH = 500;
const LANES = 2;

await using server = await RunningPostgres.start({ durable: true });
const store = await PostgresStore.open({ url: server.url, schema: 'lease' });
const sql = postgres(server.url, { max: 1 });

/** Bytes of the table and of its indexes. */
async function sizes(): Promise<{ readonly table: number; readonly indexes: number }> {
  const [row] = await sql<{ table: number; indexes: number }[]>`
    select pg_table_size('lease.lease')::float8 as table, pg_indexes_size('lease.lease')::float8 as indexes`;
  if (row === undefined) throw new Error('there is no table');
  return row;
}

async function renewAll(leases: readonly Lease[]): Promise<void> {
  const batches = Array.from({ length: leases.length / BATCH }, (_, at) =>
    leases.slice(at * BATCH, (at + 1) * BATCH),
  );
  await Promise.all(
    Array.from({ length: LANES }, async () => {
      for (let batch = batches.pop(); batch; batch = batches.pop()) {
        const results = await store.renew(batch.map(({ leaseId, serviceId }) => ({ leaseId, serviceId })));
        if (results.some(({ outcome }) => outcome === 'refused')) throw new Error('a renewal was refused');
      }
    }),
  );
}

let sweeping = true;
async function sweep(): Promise<void> {
  while (sweeping) {
    const { nextInMs } = await store.expireDue({ limit: 200, graceMs: TTL_MS, brakeShare: 1 });
    await new Promise((resolve) => setTimeout(resolve, Math.min(nextInMs, 100)));
  }
}

const leases = await fill(store, LEASES, (index) =>
  aCreate(`o-${String(index)}`, index, 'http://127.0.0.1:9/', TTL_MS),
);
const before = await sizes();
const swept = sweep();
for (let round = 1; round <= ROUNDS; round += 1) {
  const start = performance.now();
  await renewAll(leases);
  const { table, indexes } = await sizes();
  progress(`round ${String(round)} of ${String(ROUNDS)}: ${mb(table)} and ${mb(indexes)} MB`);
  await new Promise((resolve) => setTimeout(resolve, ROUND_MS - (performance.now() - start)));
}
sweeping = false;
await swept;
const after = await sizes();
const [tally] = await sql<{ hot: number }[]>`
  select n_tup_hot_upd::float8 as hot from pg_stat_user_tables where relname = 'lease'`;
reportFigure(BENCH, { name: 'table', value: after.table / before.table, unit: 'x', atMost: 2 });
reportFigure(BENCH, { name: 'indexes', value: after.indexes / before.indexes, unit: 'x', atMost: 2 });
// What the sweep moves on is never HOT: it changes the index that it reads.
const hot = (100 * (tally?.hot ?? NaN)) / (LEASES * ROUNDS);
reportFigure(BENCH, { name: 'renewals that are HOT', value: hot, unit: '%', atLeast: 95 });
reportLoad(BENCH);
await sql.end();
await store.close();

function mb(bytes: number): string {
  return (bytes / 1_048_576).toFixed(1);
}
