// How long a claim of 256 takes among 100,000 due cleanups of 1,000 endpoints, whoever is busy, and how long the one that
// is due among 50,000 endpoints in backoff. On a server of its own that waits for its disk.

import { PostgresStore } from '@lease/storage-postgres';
import postgres from 'postgres';
import { RunningPostgres } from '../tests/helpers/postgres/running-postgres.js';
import { endpointsFrom, fill } from '../tests/integration/database/fill.js';
import { type Figure, median, progress, reportFigure, reportLoad } from './report.js';

const BENCH = 'postgres-claim';
const ROUNDS = 15;
const LIMIT = 256;
const ENDPOINTS = 1_000;
const CLAIM = { claimant: 'bench', perEndpointLimit: 16, busyEndpoints: [], claimMs: 3_600_000 };

await using server = await RunningPostgres.start({ durable: true });

async function open(schema: string): Promise<{ store: PostgresStore; sql: postgres.Sql }> {
  const store = await PostgresStore.open({ url: server.url, schema });
  return { store, sql: postgres(server.url, { max: 1, connection: { search_path: schema } }) };
}

async function timed(store: PostgresStore, limit: number, busyEndpoints: readonly string[]): Promise<number> {
  const start = performance.now();
  const claims = await store.claimCleanups({ ...CLAIM, limit, busyEndpoints });
  const ms = performance.now() - start;
  if (claims.length !== limit) throw new Error(`${String(claims.length)} claims of ${String(limit)}`);
  return ms;
}

function print(name: string, value: number, limits: Partial<Figure>): void {
  reportFigure(BENCH, { name, value, unit: 'ms', ...limits });
}

async function manyDue(): Promise<void> {
  const { store, sql } = await open('many');
  progress('filling: 100,000 due cleanups');
  await fill(sql, { objects: 100_000, endpoints: ENDPOINTS, state: 'DUE', inMs: -60_000 });
  const cases = [
    ['none busy', []],
    ['a mixed 900 of 1,000 busy', endpointsFrom(0, ENDPOINTS).filter((_, n) => n % 10 !== 0)],
    ['the first 900 of 1,000 busy', endpointsFrom(0, 900)],
  ] as const;
  const spentMs = cases.map((): number[] => []);
  for (let round = -2; round < ROUNDS; round += 1) {
    for (const [at, [name, busy]] of cases.entries()) {
      const ms = await timed(store, LIMIT, busy);
      progress(`${name}: ${ms.toFixed(1)} ms`);
      if (round >= 0) spentMs[at]?.push(ms);
    }
  }
  const medians = spentMs.map(median);
  for (const [at, [name]] of cases.entries()) print(`256 of 100,000 due, ${name}`, medians[at] ?? NaN, {});
  const worst = Math.max(...medians) / Math.min(...medians);
  print('the slowest of these against the fastest', worst, { unit: 'x', atMost: 2 });
  await sql.end();
  await store.close();
}

async function allInBackoff(): Promise<void> {
  const { store, sql } = await open('backoff');
  progress('filling: 50,000 endpoints in backoff');
  await fill(sql, { objects: 50_000, endpoints: 50_000, state: 'DUE', inMs: 3_600_000 });
  const spentMs: number[] = [];
  for (let round = -2; round < ROUNDS; round += 1) {
    await fill(sql, {
      objects: 1,
      endpoints: 1,
      state: 'DUE',
      inMs: -1_000,
      prefix: `late${String(round)}-`,
    });
    const ms = await timed(store, 1, []);
    if (round >= 0) spentMs.push(ms);
  }
  print('the one that is due behind 50,000 endpoints in backoff', median(spentMs), { atMost: 50 });
  await sql.end();
  await store.close();
}

await manyDue();
await allInBackoff();
reportLoad(BENCH);
