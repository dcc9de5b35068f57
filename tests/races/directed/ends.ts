import { check, checkEqual } from '@lease/core/testing';
import { aCreate, aRelease, aRenewal, KEY, ONE, only, THREE, TWO, wordOf } from './cast.js';
import { send } from './barrier.js';
import { claimAll, leaseOf, passTime, type Race, stopAt, sweep, withoutDeadlock } from './race.js';
import type { RaceLaw } from './race-law.js';

const counts = async ({ store }: Race) => {
  const { leases, cleanups, heldObjects } = await store.stats();
  return { active: leases.active, open: cleanups.open, ended: cleanups.ended, held: heldObjects };
};

/** Schedules in which leases end. */
export const endLaws: readonly RaceLaw[] = [
  {
    name: 'S6 R16: two releases of the last two leases make the object due, once',
    async run(race) {
      await race.store.create([aCreate(ONE), aCreate(TWO)]);
      const gate = await stopAt(race, 'commit', 'lease', ONE);
      const first = send(() => race.store.release([aRelease(ONE)]));
      await gate.meets(first);
      const second = send(() => race.other.release([aRelease(TWO)]));
      await gate.meets(first, second);
      await gate.open();
      const answers = await withoutDeadlock(race, first, second);
      checkEqual(answers.flat().map(wordOf), ['done', 'done'], 'releases');
      checkEqual(await counts(race), { active: 0, open: 1, ended: 1, held: 0 }, 'what is left');
      checkEqual((await claimAll(race.store, 'c')).length, 1, 'claims');
    },
  },
  {
    name: 'S6 R16: a sweep and a release that end the last two leases make the object due, once',
    async run(race) {
      await race.store.create([aCreate(ONE, { ttlMs: 1_000 }), aCreate(TWO)]);
      await passTime(race, 1_001);
      const gate = await stopAt(race, 'commit', 'lease', ONE);
      const swept = send(() => sweep(race.store));
      await gate.meets(swept);
      const released = send(() => race.other.release([aRelease(TWO)]));
      await gate.meets(swept, released);
      await gate.open();
      const [report, releases] = await withoutDeadlock(race, swept, released);
      checkEqual([report.expired, report.due, wordOf(only(releases))], [1, 0, 'done'], 'answers');
      checkEqual(await counts(race), { active: 0, open: 1, ended: 1, held: 0 }, 'what is left');
    },
  },
  {
    name: 'S2 S6 R17: a sweep passes over a lease whose object is being written, and ends it later',
    async run(race) {
      await race.store.create([aCreate(ONE, { ttlMs: 1_000 }), aCreate(TWO), aCreate(THREE)]);
      await passTime(race, 1_001);
      const gate = await stopAt(race, 'commit', 'lease', TWO);
      const released = send(() => race.other.release([aRelease(TWO)]));
      await gate.meets(released);
      const report = await sweep(race.store);
      checkEqual(
        [report.status, report.expired, report.skipped],
        ['swept', 0, 1],
        'the sweep that met the release',
      );
      await gate.open();
      await released.answer;
      await passTime(race, 250);
      checkEqual((await sweep(race.store)).expired, 1, 'leases that the next sweep ended');
      checkEqual(await counts(race), { active: 1, open: 0, ended: 0, held: 1 }, 'what is left');
    },
  },
  {
    name: 'S1 S2 R1: a renewal that a sweep meets rescues the lease',
    async run(race) {
      await race.store.create([aCreate(ONE, { ttlMs: 1_000 })]);
      await passTime(race, 1_001);
      const gate = await stopAt(race, 'commit', 'lease', ONE);
      const renewed = send(() => race.other.renew([aRenewal(ONE)]));
      await gate.meets(renewed);
      const swept = send(() => sweep(race.store));
      await gate.meets(renewed, swept);
      await gate.open();
      const [renewals] = await withoutDeadlock(race, renewed, swept);
      const renewal = only(renewals);
      check(renewal.outcome === 'done', 'the renewal of an active lease was refused');
      const lease = await leaseOf(race.store, ONE);
      checkEqual(
        [lease.state, lease.expireTime],
        ['ACTIVE', renewal.lease.expireTime],
        'the lease that was answered as renewed',
      );
      checkEqual(await claimAll(race.store, 'c'), [], 'claims of an object that is held');
    },
  },
  {
    name: 'S4: a renewal that waited for a sweep finds the lease ended',
    async run(race) {
      await race.store.create([aCreate(ONE, { ttlMs: 1_000 })]);
      await passTime(race, 1_001);
      const gate = await stopAt(race, 'commit', 'lease', ONE);
      const swept = send(() => sweep(race.store));
      await gate.meets(swept);
      const renewed = send(() => race.other.renew([aRenewal(ONE)]));
      await gate.meets(swept, renewed);
      await gate.open();
      const [report, renewals] = await withoutDeadlock(race, swept, renewed);
      checkEqual([report.expired, wordOf(only(renewals))], [1, 'LEASE_ENDED'], 'answers');
      checkEqual((await leaseOf(race.store, ONE)).state, 'EXPIRED', 'state');
    },
  },
  {
    name: 'S3 S4 R2: a renewal that waited for a release finds the lease ended',
    async run(race) {
      await race.store.create([aCreate(ONE)]);
      const gate = await stopAt(race, 'commit', 'lease', ONE);
      const released = send(() => race.store.release([aRelease(ONE)]));
      await gate.meets(released);
      const renewed = send(() => race.other.renew([aRenewal(ONE)]));
      await gate.meets(released, renewed);
      await gate.open();
      const [, renewals] = await withoutDeadlock(race, released, renewed);
      checkEqual(wordOf(only(renewals)), 'LEASE_ENDED', 'the renewal');
      const { state, renewalCount } = await leaseOf(race.store, ONE);
      checkEqual([state, renewalCount], ['RELEASED', 0], 'the lease');
      checkEqual((await counts(race)).open, 1, 'cleanups');
    },
  },
  {
    name: 'S3: of a COLLECT and a KEEP of one lease, sent at once, one is done',
    async run(race) {
      await race.store.create([aCreate(ONE)]);
      const gate = await stopAt(race, 'commit', 'lease', ONE);
      const kept = send(() => race.store.release([aRelease(ONE, 'KEEP')]));
      await gate.meets(kept);
      const collected = send(() => race.other.release([aRelease(ONE)]));
      await gate.meets(kept, collected);
      await gate.open();
      const answers = await withoutDeadlock(race, kept, collected);
      checkEqual(answers.flat().map(wordOf), ['done', 'LEASE_ENDED'], 'releases');
      const { cleanups } = await race.store.stats();
      checkEqual([cleanups.kept, cleanups.ended, cleanups.open], [1, 1, 0], 'kept, ended, open');
    },
  },
  {
    name: 'S14: of two sweeps that meet, one is busy',
    async run(race) {
      await race.store.create([aCreate(ONE, { ttlMs: 1_000 })]);
      await passTime(race, 1_001);
      const gate = await stopAt(race, 'commit', 'object', KEY);
      const first = send(() => sweep(race.store));
      await gate.meets(first);
      checkEqual((await sweep(race.other)).status, 'busy', 'the second sweep');
      await gate.open();
      checkEqual((await first.answer).expired, 1, 'leases that the first one ended');
    },
  },
];
