import { randomUUID } from 'node:crypto';
import { PostgresStore } from '@lease/storage-postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sharedPostgres, sqlClient } from '../../../helpers/postgres/index.js';
import { deadlocksIn } from '../../../races/deadlocks.js';
import { Field, type RaceReport } from '../../../races/field.js';
import { missingFrom, summarize } from '../../../races/summary.js';

/** The gate runs more, for longer. */
const SEEDS = 20;
const CONNECTIONS = 32;
const FOR_MS = 800;

describe(`${SEEDS} races over ${CONNECTIONS} connections`, () => {
  // Of its own: other tests deadlock on purpose, and the server counts by database.
  const database = `races_${randomUUID().replaceAll('-', '')}`;
  const reports: RaceReport[] = [];
  let deadlocks: number | undefined;

  beforeAll(async () => {
    await sqlClient()`create database ${sqlClient()(database)}`;
    const url = new URL(sharedPostgres().url);
    url.pathname = `/${database}`;
    const sql = sqlClient(url.href, { max: 3 });
    const open = (schema: string, maxConnections: number) =>
      PostgresStore.open({ url: url.href, schema, maxConnections });
    const field = await Field.open({ open, sql, schema: 'races', connections: CONNECTIONS });
    try {
      for (let seed = 1; seed <= SEEDS; seed++) reports.push(await field.race(seed, FOR_MS));
    } finally {
      await field.close();
    }
    deadlocks = await deadlocksIn(sql);
  }, 120_000);

  afterAll(async () => {
    await sqlClient()`drop database if exists ${sqlClient()(database)} with (force)`;
  });

  test('S1 S2 S3 S4 S6 S7 S8 S9 S10 S12 S15 S16: every promise is kept, whoever meets whom', () => {
    const { violations, ...figures } = summarize(reports);
    console.log(
      `races: ${figures.seeds} seeds, ${figures.calls} calls, ${figures.events} changes, ${figures.snapshots} snapshots`,
    );
    expect(violations).toEqual([]);
    expect(figures.seeds).toBe(SEEDS);
  });

  test('L1 R18: the server found no deadlock', () => {
    expect(deadlocks).toBe(0);
  });

  test('every kind of encounter was among them', () => {
    expect(missingFrom(summarize(reports).encounters)).toEqual([]);
  });
});
