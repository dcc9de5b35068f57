import { openSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { StoreUnavailableError } from '@lease/core';
import { createCommand, httpCleanup } from '@lease/core/testing';
import Libsql from 'libsql';
import { describe, expect, it } from 'vitest';
import { SqliteOpenError, SqliteSchemaError, SqliteStore } from '../src/index.js';
import { closeDatabase, openDatabase } from '../src/open-database.js';
import { openStore, temporaryDirectory, uuid } from './open.js';

const PAGE_BYTES = 4_096;

describe('a file that cannot be opened', () => {
  it.each([
    ['in a directory that is not there', (directory: string) => join(directory, 'none', 'lease.db')],
    ['that is a directory', (directory: string) => directory],
    [
      'that is no database',
      (directory: string) => {
        const path = join(directory, 'notes.txt');
        writeFileSync(path, 'x'.repeat(10_000));
        return path;
      },
    ],
  ])('is named: one %s', (_, make) => {
    const path = make(temporaryDirectory());
    expect(() => SqliteStore.open({ path })).toThrow(SqliteOpenError);
    expect(() => SqliteStore.open({ path })).toThrow(`${path} cannot be opened`);
  });

  it.each(['photos', 'lease'])("is another program's, with a table %s, and stays as it was", (table) => {
    const path = join(temporaryDirectory(), 'other.db');
    const other = new Libsql(path);
    other.exec(`create table ${table} (a)`);
    other.close();
    expect(() => SqliteStore.open({ path })).toThrow(SqliteSchemaError);
    const again = new Libsql(path);
    expect(again.prepare('select name from sqlite_schema').raw().all()).toEqual([[table]]);
    again.close();
  });
});

describe('closeDatabase', () => {
  it('gives the lock back in the middle of a transaction, which it takes back', () => {
    const path = join(temporaryDirectory(), 'lease.db');
    const database = openDatabase(path);
    database.exec("begin immediate; insert into service values ('a', 1)");
    closeDatabase(database);
    const again = openDatabase(path);
    expect(again.prepare('select count(*) from service').raw().get()).toEqual([0]);
    closeDatabase(again);
  });

  it('closes on a full disk, too: what was committed is in the log', () => {
    const database = openDatabase(join(temporaryDirectory(), 'lease.db'));
    database.pragma = () => {
      throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
    };
    closeDatabase(database);
    expect(database.open).toBe(false);
  });
});

it('says StoreUnavailableError of a damaged file, whether it reads or writes', async () => {
  const { path, store, reopen } = openStore();
  const cleanup = httpCleanup();
  for (let batch = 0; batch < 4; batch += 1) {
    const ids = Array.from({ length: 250 }, (_, n) => uuid(batch * 250 + n));
    await store.create(ids.map((leaseId) => createCommand({ leaseId, cleanup })));
  }
  await store.close();
  const file = openSync(path, 'r+');
  // Behind the schema and the roots of the tables.
  for (let at = 20 * PAGE_BYTES; at < statSync(path).size; at += PAGE_BYTES) {
    writeSync(file, Buffer.alloc(PAGE_BYTES, 0xab), 0, PAGE_BYTES, at);
  }
  const damaged = reopen();
  await expect(damaged.get(uuid(700))).rejects.toThrow(StoreUnavailableError);
  await expect(damaged.list({ limit: 1_000 })).rejects.toThrow(StoreUnavailableError);
  const renewal = { leaseId: uuid(700), serviceId: 'service-a' };
  await expect(damaged.renew([renewal])).rejects.toThrow(StoreUnavailableError);
  await damaged.close();
});
