import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sqlClient } from '../../helpers/postgres/index.js';
import { openSchema, type OpenSchema, valueOf } from './open-schema.js';
import { claimed } from './states.js';

let opened: OpenSchema;

beforeEach(async () => {
  opened = await openSchema();
});
afterEach(() => opened.store.close());

describe('S8: numbers', () => {
  it('never fall behind the clock, not after a restored backup and not for many at once', async () => {
    const { sql } = opened;
    await claimed(opened.store);
    await sql`select setval('lease_number', 1)`;
    const before = Date.now() * 1_000;
    const drawn = await Promise.all(
      Array.from({ length: 200 }, () => valueOf(sql`select nextval(lease_catch_up())::float8`)),
    );
    expect(new Set(drawn).size).toBe(200);
    expect(Math.min(...drawn.map(Number))).toBeGreaterThan(before);
    expect(await valueOf(sql`select count(*)::int from pg_locks where locktype = 'advisory'`)).toBe(0);
  });

  it('L5: a cancel at any moment leaves no lock behind, for which all others would wait', async () => {
    const { sql, schema, url } = opened;
    const drawing = sqlClient(url, { connection: { search_path: schema }, max: 1 });
    const pid = Number(await valueOf(drawing`select pg_backend_pid()`));
    for (let round = 0; round < 30; round += 1) {
      let answer: unknown;
      void drawing`
        select count(lease_catch_up()) from generate_series(1, 100000) where setval('lease_number', 1) = 1
      `.then(
        () => (answer = 'not cancelled'),
        (error: unknown) => (answer = error),
      );
      while (answer === undefined) await sql`select pg_cancel_backend(${pid})`;
      expect(answer).toMatchObject({ code: '57014' });
      expect(
        await valueOf(sql`select count(*)::int from pg_locks where locktype = 'advisory' and pid = ${pid}`),
      ).toBe(0);
    }
    const before = Date.now() * 1_000;
    expect(Number(await valueOf(sql`select nextval(lease_catch_up())::float8`))).toBeGreaterThan(before);
    await drawing.end();
  });
});
