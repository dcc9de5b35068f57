// 20,000 cleanups whose endpoint is down for 24 h, on each store, in virtual time: they stay open, only probes spend their
// budget, and all are collected once it is back (L3). `npm run gate -- endpoint-outage [--cleanups 20000] [--minutes 1440]`.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ManualClock, seededRandom } from '@lease/core/testing';
import { MemoryStore } from '@lease/storage-memory';
import { SqliteStore } from '@lease/storage-sqlite';
import postgres from 'postgres';
import { longOutage, type LongOutageReport } from '../tests/collection/outage.js';
import type { TimedStore } from '../tests/collection/virtual-store.js';
import { RunningPostgres } from '../tests/helpers/postgres/running-postgres.js';
import { ClockedSchema, DatabaseTime } from '../tests/integration/storage/clocked-schema.js';
import { conclude, progress } from './verdict.js';

const { values } = parseArgs({
  options: {
    cleanups: { type: 'string', default: '20000' },
    minutes: { type: 'string', default: '1440' },
  },
});
const cleanups = Number(values.cleanups);
const minutes = Number(values.minutes);

/** Runs it on one store, which is closed afterwards. */
async function judge(name: string, timed: TimedStore): Promise<LongOutageReport> {
  const report = await longOutage(timed, {
    cleanups,
    minutes,
    progress: (line) => {
      progress(`${name}: ${line}`);
    },
  });
  await timed.store.close();
  return report;
}

function onMemory(): Promise<LongOutageReport> {
  const time = new ManualClock();
  return judge('memory', { time, store: new MemoryStore({ clock: time, random: seededRandom(7) }) });
}

async function onSqlite(): Promise<LongOutageReport> {
  const directory = mkdtempSync(join(tmpdir(), 'lease-outage-'));
  const time = new ManualClock();
  const path = join(directory, 'leases.db');
  const report = await judge('sqlite', {
    time,
    store: SqliteStore.open({ path, clock: time, random: seededRandom(7) }),
  });
  rmSync(directory, { recursive: true, force: true });
  return report;
}

async function onPostgres(): Promise<LongOutageReport> {
  await using server = await RunningPostgres.start();
  const sql = postgres(server.url, { max: 1, fetch_types: false, onnotice: () => undefined });
  const schema = await ClockedSchema.create(server.url, 'outage', sql);
  const time = new DatabaseTime(schema);
  await time.advance(0);
  const report = await judge('postgres', { time, store: await schema.openStore() });
  await sql.end();
  return report;
}

const stores = { memory: await onMemory(), sqlite: await onSqlite(), postgres: await onPostgres() };
conclude({
  stores,
  violations: Object.entries(stores).flatMap(([name, { violations }]) =>
    violations.map((line) => `L3, ${name}: ${line}`),
  ),
});
