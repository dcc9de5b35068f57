import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { StoreUnavailableError } from '@lease/core';
import { SerialStore } from '@lease/core/serial-store';
import { createCommand, httpCleanup, ManualClock, seededRandom } from '@lease/core/testing';
import { describe, expect, it } from 'vitest';
import { closeDatabase, openDatabase } from '../src/open-database.js';
import { SqliteFileInUseError, SqliteSchemaError, SqliteStore } from '../src/index.js';
import { SqliteTables } from '../src/sqlite-tables.js';
import { openStore, temporaryDirectory, uuid } from './open.js';

const SWEEP = { limit: 1_000, graceMs: 0, brakeShare: 1 };
const CLAIM = { claimant: 'r1', limit: 10, perEndpointLimit: 10, busyEndpoints: [], claimMs: 40_000 };

describe('SqliteStore', () => {
  it('S11: asserts on the live connection that commits wait for the disk', () => {
    const database = openDatabase(join(temporaryDirectory(), 'lease.db'));
    expect(database.prepare('pragma synchronous').raw().get()).toEqual([2]);
    expect(database.prepare('pragma journal_mode').raw().get()).toEqual(['wal']);
    expect(database.prepare('pragma locking_mode').raw().get()).toEqual(['exclusive']);
    closeDatabase(database);
  });

  it('S11: has everything after it was closed and opened again', async () => {
    const { store, reopen } = openStore();
    const metadata = new Map([
      ['__proto__', 'kept'],
      ['line', 'a\nb\u2028'],
    ]);
    const cleanup = httpCleanup({ headers: new Map([['x-key', 'secret']]), payload: 'päyload' });
    const [created] = await store.create([createCommand({ leaseId: uuid(1), metadata, cleanup })]);
    await store.close();
    const second = reopen();
    const { lease } = await second.get(uuid(1));
    expect(lease).toEqual(created?.outcome === 'done' ? created.lease : undefined);
    expect([...(lease?.metadata ?? [])]).toEqual([...metadata]);
    await second.release([{ leaseId: uuid(1), serviceId: 'service-a', disposition: 'COLLECT' }]);
    const [claim] = await second.claimCleanups(CLAIM);
    expect(claim?.spec).toEqual(cleanup);
    await second.close();
  });

  it('counts one commit for many concurrent calls', async () => {
    const { store, commits } = openStore();
    await Promise.all(
      Array.from({ length: 200 }, (_, n) => store.create([createCommand({ leaseId: uuid(n) })])),
    );
    expect(commits).toEqual([200]);
    await store.close();
  });

  it('does not commit for a sweep that found nothing, but for the heartbeat', async () => {
    const { store, clock, commits } = openStore();
    let changes = 0;
    for (let sweep = 0; sweep < 20; sweep += 1) {
      const before = (await store.collectionState()).lastSweepTime;
      await store.expireDue(SWEEP);
      if ((await store.collectionState()).lastSweepTime !== before) changes += 1;
      await clock.advance(100);
    }
    expect(changes).toBe(20);
    expect(commits).toHaveLength(20);
    await store.close();
  });

  it('refuses a file that another process has open, and says what to do', async () => {
    const { path, store } = openStore();
    const require = createRequire(import.meta.url);
    const script = `
      const Database = require(${JSON.stringify(require.resolve('libsql'))});
      const database = new Database(process.argv[1], { timeout: 0 });
      try { database.pragma('locking_mode = EXCLUSIVE'); database.exec('begin immediate'); console.log('opened'); }
      catch (error) { console.log(error.code); }`;
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', script, path]);
    expect(stdout.trim()).toBe('SQLITE_BUSY');
    expect(() => SqliteStore.open({ path })).toThrow(SqliteFileInUseError);
    expect(() => SqliteStore.open({ path })).toThrow(/in use by another process: stop the other/);
    await store.close();
    const reopened = SqliteStore.open({ path });
    await reopened.close();
  });

  it('refuses a file of a newer version', () => {
    const path = join(temporaryDirectory(), 'lease.db');
    const database = openDatabase(path);
    database.exec('pragma user_version = 2');
    closeDatabase(database);
    expect(() => SqliteStore.open({ path })).toThrow(SqliteSchemaError);
    expect(() => SqliteStore.open({ path })).toThrow(/schema version 2.*upgrade it/);
  });

  it('S15: goes on from the last reading that was kept when the wall clock was set back', async () => {
    const { store, clock, reopen } = openStore();
    const [created] = await store.create([createCommand({ leaseId: uuid(1), ttlMs: 10_000 })]);
    await store.close();
    clock.stepWall(-86_400_000);
    const second = reopen();
    await second.expireDue(SWEEP);
    const { lease, now } = await second.get(uuid(1));
    expect(lease?.state).toBe('ACTIVE');
    expect(now).toBeGreaterThanOrEqual(created?.now ?? Infinity);
    await second.close();
  });

  it('S14: takes the time that it was closed for a gap, and expires nothing before the pause is over', async () => {
    const { store, clock, reopen } = openStore();
    await store.expireDue(SWEEP);
    await store.create([createCommand({ leaseId: uuid(1), ttlMs: 1_000 })]);
    await store.close();
    await clock.advance(20_000);
    const second = reopen();
    expect((await second.expireDue(SWEEP)).status).toBe('paused');
    let sweeps = 0;
    for (let report = await second.expireDue(SWEEP); report.status === 'paused'; sweeps += 1) {
      expect((await second.get(uuid(1))).lease?.state).toBe('ACTIVE');
      await clock.advance(500);
      report = await second.expireDue(SWEEP);
    }
    expect(sweeps).toBe(40);
    expect((await second.stats()).leases.expired).toBe(1);
    await second.close();
  });

  it('S14 S15: ends no live lease when the wall clock was set ahead while it was closed', async () => {
    const { store, clock, reopen } = openStore();
    await store.create([createCommand({ leaseId: uuid(1), ttlMs: 300_000 })]);
    await store.expireDue(SWEEP);
    await store.close();
    clock.stepWall(600_000);
    const second = reopen();
    for (let passedMs = 0; passedMs <= 100_000; passedMs += 500) {
      await second.expireDue(SWEEP);
      await clock.advance(500);
    }
    const [renewed] = await second.renew([{ leaseId: uuid(1), serviceId: 'service-a' }]);
    expect(renewed?.outcome).toBe('done');
    await second.close();
  });

  it('S14: opens a file from before there were recoveries, and knows of none', async () => {
    const { path, store, clock, reopen } = openStore();
    await store.create([createCommand({ leaseId: uuid(1), ttlMs: 600_000 })]);
    await store.expireDue(SWEEP);
    await clock.advance(1_200_000);
    await store.expireDue(SWEEP);
    await store.close();
    const database = openDatabase(path);
    const removed = `json_remove(control, '$.gapEnd', '$.recoverUntil')`;
    database.exec(`update control set control = ${removed} where control != ${removed}`);
    expect(database.prepare('select changes()').raw().get()).toEqual([1]);
    closeDatabase(database);
    const second = reopen();
    for (let passedMs = 0; passedMs <= 30_000; passedMs += 500) {
      expect((await second.stats()).leases.expired).toBe(0);
      await second.expireDue(SWEEP);
      await clock.advance(500);
    }
    expect((await second.stats()).leases.expired).toBe(1);
    await second.close();
  });

  it('S16: counts by type anew where a version without them wrote the file', async () => {
    const { path, store, reopen } = openStore();
    const types = ['blob', 'blob', 'invented'];
    await store.create(
      types.map((type, i) => createCommand({ leaseId: uuid(i + 1), object: { type, id: `${i}` } })),
    );
    await store.close();
    for (const change of [
      `json_remove(control, '$.totals.activeByType')`,
      `json_set(control, '$.totals.activeByType.blob', 9)`,
    ]) {
      const database = openDatabase(path);
      database.exec(`update control set control = ${change}`);
      closeDatabase(database);
      const again = reopen();
      expect((await again.stats()).activeByType).toMatchObject({ blob: 2, 'cache-entry': 0, other: 1 });
      await again.close();
    }
  });

  it('draws fences and generations that grow over a restart with a clock set back', async () => {
    const { store, clock, reopen } = openStore();
    const [before] = await store.create([createCommand({ leaseId: uuid(1) })]);
    await store.close();
    clock.stepWall(-3_600_000);
    const second = reopen();
    const [after] = await second.create([createCommand({ leaseId: uuid(2) })]);
    if (before?.outcome !== 'done' || after?.outcome !== 'done') throw new Error('a create was refused');
    expect(after.lease.generation).toBeGreaterThan(before.lease.generation);
    await second.close();
  });

  it('throws StoreUnavailableError once closed', async () => {
    const { store } = openStore();
    await store.close();
    await expect(store.create([createCommand({ leaseId: uuid(1) })])).rejects.toThrow(StoreUnavailableError);
    await expect(store.get(uuid(1))).rejects.toThrow(StoreUnavailableError);
    await expect(store.ping()).rejects.toThrow(StoreUnavailableError);
  });

  it('S16: takes back in memory what a full disk took back, and goes on', async () => {
    const database = openDatabase(join(temporaryDirectory(), 'lease.db'));
    const [pages] = database.prepare('pragma page_count').raw().get() as [number];
    database.exec(`pragma max_page_count = ${String(pages + 8)}`);
    const tables = new SqliteTables(database, new ManualClock(0), () => undefined);
    const store = new SerialStore({ tables, now: () => 1_000, random: seededRandom(1) });
    const acknowledged: string[] = [];
    const full: unknown[] = [];
    for (let number = 0; full.length === 0 && number < 1_000; number += 1) {
      const leaseId = uuid(number);
      await store
        .create([createCommand({ leaseId, cleanup: httpCleanup({ payload: 'x'.repeat(1_000) }) })])
        .then(
          () => acknowledged.push(leaseId),
          (error: unknown) => full.push(error),
        );
    }
    expect(full).toEqual([expect.any(StoreUnavailableError)]);
    expect(acknowledged.length).toBeGreaterThan(0);
    const { leases } = await store.list({ limit: 1_000 });
    expect(leases.map(({ leaseId }) => leaseId)).toEqual(acknowledged);
    expect((await store.stats()).leases).toMatchObject({
      created: acknowledged.length,
      active: acknowledged.length,
    });
    database.exec('pragma max_page_count = 100000');
    await expect(store.create([createCommand({ leaseId: uuid(5_000) })])).resolves.toHaveLength(1);
    await store.close();
  });

  it('S16: counts nothing that was taken back, even if taking it back failed', async () => {
    const database = openDatabase(join(temporaryDirectory(), 'lease.db'));
    const exec = database.exec.bind(database);
    const broken = new Set<string>();
    database.exec = (sql: string) => {
      if (broken.has(sql)) throw Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR' });
      return exec(sql);
    };
    const tables = new SqliteTables(database, new ManualClock(0), () => undefined);
    const store = new SerialStore({ tables, now: () => 1_000, random: seededRandom(1) });
    broken.add('commit').add('rollback');
    await expect(store.create([createCommand({ leaseId: uuid(1) })])).rejects.toThrow(StoreUnavailableError);
    broken.clear();
    await store.create([createCommand({ leaseId: uuid(2) })]);
    expect((await store.stats()).leases).toMatchObject({ created: 1, active: 1 });
    expect((await store.list({ limit: 10 })).leases.map(({ leaseId }) => leaseId)).toEqual([uuid(2)]);
    await store.close();
  });
});
