import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ManualClock, seededRandom } from '@lease/core/testing';
import { MemoryStore } from '@lease/storage-memory';
import { SqliteStore } from '@lease/storage-sqlite';
import postgres from 'postgres';
import { RunningPostgres } from '../helpers/postgres/running-postgres.js';
import { ClockedSchema, DatabaseTime } from '../integration/storage/clocked-schema.js';
import { scratch } from '../helpers/scratch.js';
import { longOutage, type LongOutage, type LongOutageReport } from './outage.js';
import type { TimedStore } from './virtual-store.js';

export interface OutageOnEachStore {
  readonly stores: Readonly<Record<'memory' | 'sqlite' | 'postgres', LongOutageReport>>;
  readonly violations: readonly string[];
}

/** The same outage on each store, one after the other. Outside of the test runner: it starts a PostgreSQL of its own. */
export async function outageOnEachStore(outage: LongOutage): Promise<OutageOnEachStore> {
  const stores = {
    memory: await onMemory(outage),
    sqlite: await onSqlite(outage),
    postgres: await onPostgres(outage),
  };
  const violations = Object.entries(stores).flatMap(([name, report]) =>
    report.violations.map((line) => `L3, ${name}: ${line}`),
  );
  return { stores, violations };
}

/** The store is closed afterwards. */
async function judge(name: string, timed: TimedStore, outage: LongOutage): Promise<LongOutageReport> {
  const report = await longOutage(timed, {
    ...outage,
    progress: (line) => outage.progress?.(`${name}: ${line}`),
  });
  await timed.store.close();
  return report;
}

function onMemory(outage: LongOutage): Promise<LongOutageReport> {
  const time = new ManualClock();
  return judge('memory', { time, store: new MemoryStore({ clock: time, random: seededRandom(7) }) }, outage);
}

async function onSqlite(outage: LongOutage): Promise<LongOutageReport> {
  const directory = mkdtempSync(join(scratch(), 'lease-outage-'));
  const time = new ManualClock();
  const path = join(directory, 'leases.db');
  const store = SqliteStore.open({ path, clock: time, random: seededRandom(7) });
  const report = await judge('sqlite', { time, store }, outage);
  rmSync(directory, { recursive: true, force: true });
  return report;
}

async function onPostgres(outage: LongOutage): Promise<LongOutageReport> {
  await using server = await RunningPostgres.start();
  const sql = postgres(server.url, { max: 1, fetch_types: false, onnotice: () => undefined });
  const schema = await ClockedSchema.create(server.url, 'outage', sql);
  const time = new DatabaseTime(schema);
  await time.advance(0);
  const report = await judge('postgres', { time, store: await schema.openStore() }, outage);
  await sql.end();
  return report;
}
