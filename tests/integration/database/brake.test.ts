import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { holdClock, openSchema, type OpenSchema, valueOf } from './open-schema.js';

/** A step of the window begins here. */
const NOW = '2026-01-01 00:00:00Z';

let opened: OpenSchema;

beforeEach(async () => {
  opened = await openSchema();
});
afterEach(() => opened.store.close());

describe('S14: lease_losses', () => {
  it('S15: counts the window, and nothing that a clock which was ahead has left there', async () => {
    const { sql } = opened;
    await sql`insert into loss_step (start, lost)
      select ${NOW}::timestamptz - ago * interval '1 second', lost
      from (values (60, 1), (58, 10), (0, 100), (-2, 1000), (-86400, 10000)) q (ago, lost)`;
    expect(await valueOf(sql`select lease_losses(${NOW}::timestamptz)::int`)).toBe(110);
  });
});

describe('S14: lease_excused_losses', () => {
  /** Renewals so many seconds before now; the answers for leases whose half term was so many before, with a share of a half. */
  async function excused(renewals: readonly (readonly [number, number])[], ...halfTerms: number[]) {
    const { sql } = opened;
    for (const [ago, count] of renewals) {
      await sql`insert into ledger (at, renewals)
        values (${NOW}::timestamptz - ${ago} * interval '1 second', ${count}::int)`;
    }
    const since = sql`select array_agg(${NOW}::timestamptz - ago * interval '1 second') from unnest(${halfTerms}::int[]) ago`;
    return (await valueOf(
      sql`select lease_excused_losses(${NOW}::timestamptz, 0.5, (${since}))::text[]`,
    )) as string[];
  }

  it('are as many as the renewals in the window, or what their rate since then comes to in it', async () => {
    const renewals = [
      [61, 9_000],
      [30, 4_000],
      [5, 500],
      [-1, 9_000],
    ] as const;
    // All of them; 500 in 10 s of 58; none in the 2 s that are the shortest time: a thousand are always excused.
    expect(await excused(renewals, 300, 10, 0)).toEqual(['4500', '2900', '1000']);
    expect(await excused([], 0, 300, 300, 10)).toEqual(['1000', '4500', '4500', '2900']);
  });

  it('are the same when the renewals are folded', async () => {
    const clock = await holdClock(opened);
    await opened.sql`insert into ledger (at, renewals) values (lease_now(), 3000)`;
    const count = () =>
      valueOf(opened.sql`select (lease_excused_losses(lease_now(), 0.5, array[lease_now()]))[1]::int`);
    await clock.advance(1_000);
    expect(await count()).toBe(3_000);
    await opened.sql`select lease_fold_v1(1000)`;
    expect(await count()).toBe(3_000);
  });

  it('are all with a share of 1', async () => {
    const none = opened.sql`select (lease_excused_losses(lease_now(), 1, array[lease_now()]))[1]`;
    expect(await valueOf(none)).toBeNull();
  });
});
