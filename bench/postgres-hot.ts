// What coalescing is worth where all callers meet on one row of PostgreSQL: leases that are created and released again by
// 128 callers, all on one object, or all of one service. On a durable server, over 16 connections.

import { randomUUID } from 'node:crypto';
import { coalesce, type CreateLease, type LeaseStore } from '@lease/core';
import { createCommand, httpCleanup, objectRef } from '@lease/core/testing';
import { PostgresStore } from '@lease/storage-postgres';
import { RunningPostgres } from '../tests/helpers/postgres/running-postgres.js';
import { perSecond } from './per-second.js';
import { PlainInserts } from './plain-inserts.js';
import { median, progress, report, reportFigure, reportLoad } from './report.js';

const BENCH = 'postgres-hot';
const SCHEMA = 'lease';
const ROUNDS = 5;
const WINDOW_MS = 2_000;
const CALLERS = 128;
const CONNECTIONS = 16;
const FLOOR = 10;

const cleanup = httpCleanup();
const hotObject = objectRef('hot');
const onHotObject = (caller: number) => command({ object: hotObject, serviceId: `service-${caller}` });
const ofHotService = () => command({ object: objectRef(randomUUID()), serviceId: 'hot' });

await using postgres = await RunningPostgres.start({ durable: true });
const alone = await PostgresStore.open({ url: postgres.url, schema: SCHEMA, maxConnections: CONNECTIONS });
const coalesced = coalesce(
  await PostgresStore.open({ url: postgres.url, schema: SCHEMA, maxConnections: CONNECTIONS }),
);
// Somebody holds the hot object all the time: nobody else's lease is its last one.
await alone.create([command({ object: hotObject, serviceId: 'keeper' })]);

{
  await using plain = await PlainInserts.open(postgres.url, SCHEMA);
  const contests = [
    { name: 'hot object', make: onHotObject, one: [] as number[], many: [] as number[] },
    { name: 'hot service', make: ofHotService, one: [] as number[], many: [] as number[] },
  ];
  const inserts: number[] = [];
  // The first round warms up.
  for (let round = 0; round <= ROUNDS; round += 1) {
    const rate = await plain.perSecond(WINDOW_MS);
    progress(`round ${round} of ${ROUNDS}: plain inserts: ${rate.toFixed(0)}/s`);
    if (round > 0) inserts.push(rate);
    for (const { name, make, one, many } of contests) {
      const [single, batched] = [await pairs(alone, make), await pairs(coalesced, make)];
      progress(
        `round ${round} of ${ROUNDS}: ${name}: ${single.toFixed(0)}/s alone, ${batched.toFixed(0)}/s coalesced`,
      );
      if (round > 0) one.push(single);
      if (round > 0) many.push(batched);
    }
  }
  reportFigure(BENCH, { name: 'B, plain inserts, one a transaction', value: median(inserts), unit: '/s' });
  for (const { name, one, many } of contests) {
    const what = `${name}, create and release`;
    reportFigure(BENCH, { name: `${what}, uncoalesced`, value: median(one), unit: 'pairs/s' });
    reportFigure(BENCH, { name: `${what}, coalesced`, value: median(many), unit: 'pairs/s' });
    const ratios = many.map((rate, round) => rate / (one[round] ?? NaN));
    report(BENCH, [{ name: `${what}, coalesced`, ratio: median(ratios), ratios, floor: FLOOR }]);
  }
  reportLoad(BENCH);
}
await alone.close();
await coalesced.close();

/** Pairs of a create and its release, per second. */
function pairs(store: LeaseStore, make: (caller: number) => CreateLease): Promise<number> {
  return perSecond(CALLERS, WINDOW_MS, async (caller) => {
    const lease = make(caller);
    const [created] = await store.create([lease]);
    const { leaseId, serviceId } = lease;
    const [released] = await store.release([{ leaseId, serviceId, disposition: 'COLLECT' }]);
    if (created?.outcome !== 'done' || released?.outcome !== 'done') throw new Error('a lease was refused');
    return 1;
  });
}

function command(parts: Pick<CreateLease, 'object' | 'serviceId'>): CreateLease {
  return createCommand({ ...parts, leaseId: randomUUID(), ttlMs: 3_600_000, cleanup, maxActive: 1_000_000 });
}
