import { check, checkEqual } from '@lease/core/testing';
import { aCreate, aRenewal, makeDue, ONE, only, TWO } from './cast.js';
import { send } from './barrier.js';
import { claimAll, holdRow, leaseOf, passTime, type Race, sweep } from './race.js';
import type { RaceLaw } from './race-law.js';

const DAY_MS = 86_400_000;

const nowOf = async ({ store }: Race) => (await store.collectionState()).now;

/** Schedules that tell which clock is read, and when. */
export const clockLaws: readonly RaceLaw[] = [
  {
    name: 'S2 S15 R7: a renewal that waited for its row counts from when it got it',
    async run(race) {
      await race.store.create([aCreate(ONE, { ttlMs: 1_000 })]);
      const row = await holdRow(race, 'lease', ONE);
      const sent = send(() => race.other.renew([aRenewal(ONE, 5_000)]));
      await row.meets(sent);
      const atLeast = (await nowOf(race)) + 20;
      while ((await nowOf(race)) < atLeast);
      await row.open();
      const renewal = only(await sent.answer);
      check(renewal.outcome === 'done', 'the renewal of an active lease was refused');
      check(renewal.now >= atLeast, `answered as of ${atLeast - renewal.now} ms before the row was free`);
      check(renewal.lease.expireTime >= atLeast + 5_000, 'the renewal gave less than its ttl');
    },
  },
  {
    name: 'S2 S15 R11: a day between the clocks of a replica and of the database is seen nowhere',
    async run(race) {
      await passTime(race, DAY_MS);
      const create = only(await race.store.create([aCreate(ONE, { ttlMs: 10_000 })]));
      check(create.outcome === 'done', 'the create was refused');
      checkEqual((await sweep(race.other)).expired, 0, 'leases that a sweep of another replica ends at once');
      checkEqual(create.lease.expireTime - create.lease.createTime, 10_000, 'expire time after the create');
      const now = await nowOf(race);
      check(Math.abs(now - create.now) < 60_000, 'the answer is of another day');
      const renewal = only(await race.store.renew([aRenewal(ONE, 20_000)]));
      check(
        renewal.outcome === 'done' && renewal.lease.expireTime >= now + 20_000,
        'the renewal gave less than its ttl',
      );
      checkEqual(
        (await leaseOf(race.other, ONE)).expireTime,
        renewal.lease.expireTime,
        'expire time at the other replica',
      );
    },
  },
  {
    name: 'S9 S15: a claim lasts by the clock of the database',
    async run(race) {
      await makeDue(race.store);
      await passTime(race, DAY_MS);
      await claimAll(race.store, 'first', 10_000);
      checkEqual(await claimAll(race.other, 'second'), [], 'claims while the first lasts');
      await passTime(race, 10_001);
      checkEqual((await claimAll(race.other, 'second')).length, 1, 'claims after it ran out');
      checkEqual(
        (await race.store.create([aCreate(TWO)]))[0]?.outcome,
        'refused',
        'a create during an attempt',
      );
    },
  },
];
