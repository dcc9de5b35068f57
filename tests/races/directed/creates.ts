import { aCreate, aPlainCreate, aRelease, KEY, makeDue, ONE, only, THREE, TWO, wordOf } from './cast.js';
import { send } from './barrier.js';
import { claimAll, holdRow, leaseOf, passTime, stopAt, sweep, withoutDeadlock } from './race.js';
import type { RaceLaw } from './race-law.js';
import { check, checkEqual, objectRef } from '@lease/core/testing';

/** Schedules in which creates meet each other, and what they revive or find kept. */
export const createLaws: readonly RaceLaw[] = [
  {
    name: 'S10 R10: of two creates for the last place of a quota, one is refused',
    async run(race) {
      const creating = (id: string) => aCreate(id, { object: objectRef(id), maxActive: 1 });
      // So that they do not meet in making the service.
      await race.store.create([creating(THREE)]);
      await race.store.release([aRelease(THREE)]);
      const gate = await stopAt(race, 'commit', 'lease', ONE);
      const calls = [
        send(() => race.store.create([creating(ONE)])),
        send(() => race.other.create([creating(TWO)])),
      ] as const;
      await gate.meets(...calls);
      await gate.open();
      const creates = (await withoutDeadlock(race, ...calls)).flat().map(wordOf);
      checkEqual(creates.sort(), ['LEASE_QUOTA_EXCEEDED', 'done'], 'creates');
      checkEqual((await race.store.stats()).leases.active, 1, 'active leases');
    },
  },
  {
    name: 'S10: a place in a quota is free when the release is committed, neither sooner nor later',
    async run(race) {
      await race.store.create([aCreate(ONE, { maxActive: 1 })]);
      const gate = await stopAt(race, 'commit', 'lease', ONE);
      const released = send(() => race.store.release([aRelease(ONE)]));
      await gate.meets(released);
      const another = aCreate(TWO, { object: objectRef('another'), maxActive: 1 });
      checkEqual(
        (await race.other.create([another])).map(wordOf),
        ['LEASE_QUOTA_EXCEEDED'],
        'a create before the commit',
      );
      await gate.open();
      await released.answer;
      checkEqual((await race.other.create([another])).map(wordOf), ['done'], 'a create after the commit');
    },
  },
  {
    name: 'S3 S12: two creates on a new object hold one life of it',
    async run(race) {
      const gate = await stopAt(race, 'commit', 'lease', ONE);
      const first = send(() => race.store.create([aCreate(ONE)]));
      await gate.meets(first);
      const second = send(() => race.other.create([aCreate(TWO, { serviceId: 'service-b' })]));
      await gate.meets(first, second);
      await gate.open();
      const answers = await withoutDeadlock(race, first, second);
      checkEqual(answers.flat().map(wordOf), ['done', 'done'], 'creates');
      const [one, two] = [await leaseOf(race.store, ONE), await leaseOf(race.store, TWO)];
      checkEqual(two.generation, one.generation, 'the generation of the second lease');
      await race.store.release([aRelease(ONE)]);
      checkEqual(await claimAll(race.store, 'c'), [], 'claims while the second lease is active');
    },
  },
  {
    name: 'S12 R13: the same create, sent to two replicas at once, makes one lease',
    async run(race) {
      const gate = await stopAt(race, 'commit', 'lease', ONE);
      const calls = [race.store, race.other].map((store) => send(() => store.create([aCreate(ONE)])));
      await gate.meets(...calls);
      await gate.open();
      const creates = (await withoutDeadlock(race, ...calls)).flat();
      const replayed = creates.map((create) => create.outcome === 'done' && create.replayed);
      checkEqual(
        [creates.map(wordOf), replayed.sort()],
        [
          ['done', 'done'],
          [false, true],
        ],
        'creates, and which is replayed',
      );
      const { leases, heldObjects } = await race.store.stats();
      checkEqual([leases.created, leases.active, heldObjects], [1, 1, 1], 'created, active, held');
    },
  },
  {
    name: 'S12: of two creates that want one id for different objects, one is told that it is taken',
    async run(race) {
      const gate = await stopAt(race, 'commit', 'lease', ONE);
      const first = send(() => race.store.create([aCreate(ONE)]));
      await gate.meets(first);
      const second = send(() =>
        race.other.create([aCreate(ONE, { object: objectRef('another'), serviceId: 'service-b' })]),
      );
      await gate.meets(first, second);
      await gate.open();
      const answers = await withoutDeadlock(race, first, second);
      checkEqual(answers.flat().map(wordOf), ['done', 'LEASE_ID_TAKEN'], 'creates');
      const { leases, heldObjects } = await race.store.stats();
      checkEqual([leases.created, heldObjects], [1, 1], 'created, held');
    },
  },
  {
    name: 'S7 S15: a life that came and went while a create was under way is older than the one it begins',
    async run(race) {
      // New objects are made in the order of their keys: the create stops before it comes to the second one.
      const gate = await stopAt(race, 'write', 'object', 'custom/a');
      const both = [aPlainCreate(ONE, { object: objectRef('a') }), aPlainCreate(TWO)];
      const created = send(() => race.store.create(both));
      await gate.meets(created);
      await race.other.create([aPlainCreate(THREE, { serviceId: 'service-b' })]);
      await race.other.release([aRelease(THREE, 'COLLECT', 'service-b')]);
      await gate.open();
      checkEqual((await created.answer).map(wordOf), ['done', 'done'], 'creates');
      const [before, after] = [await leaseOf(race.store, THREE), await leaseOf(race.store, TWO)];
      check(
        after.generation > before.generation,
        `generation ${after.generation} follows ${before.generation}`,
      );
      check(after.createTime >= (before.endTime ?? Infinity), 'the new life begins before the old one ended');
      const answer = (await created.answer)[1];
      checkEqual(answer?.outcome === 'done' && answer.lease, after, 'the lease that was answered');
    },
  },
  {
    name: 'S6 S7: two creates on a due object revive it once',
    async run(race) {
      await makeDue(race.store);
      const gate = await stopAt(race, 'commit', 'object', KEY);
      const calls = [
        send(() => race.store.create([aCreate(TWO)])),
        send(() => race.other.create([aCreate(THREE)])),
      ] as const;
      await gate.meets(...calls);
      await gate.open();
      checkEqual((await withoutDeadlock(race, ...calls)).flat().map(wordOf), ['done', 'done'], 'creates');
      const leases = [await leaseOf(race.store, TWO), await leaseOf(race.store, THREE)];
      checkEqual(new Set(leases.map(({ generation }) => generation)).size, 1, 'generations');
      checkEqual(leases.filter(({ revived }) => revived).length, 1, 'leases that revived it');
      checkEqual((await race.store.stats()).cleanups.revived, 1, 'revivals');
    },
  },
  {
    name: 'S6 S7: a create that waited while the object was kept begins a new life without its cleanup',
    async run(race) {
      await race.store.create([aCreate(ONE)]);
      const { generation } = await leaseOf(race.store, ONE);
      const gate = await stopAt(race, 'commit', 'object', KEY);
      const kept = send(() => race.store.release([aRelease(ONE, 'KEEP')]));
      await gate.meets(kept);
      const created = send(() => race.other.create([aPlainCreate(TWO, { serviceId: 'service-b' })]));
      await gate.meets(kept, created);
      await gate.open();
      checkEqual(
        (await withoutDeadlock(race, kept, created)).flat().map(wordOf),
        ['done', 'done'],
        'answers',
      );
      check((await leaseOf(race.store, TWO)).generation > generation, 'the new life has the old generation');
      await race.store.release([aRelease(TWO, 'COLLECT', 'service-b')]);
      const { cleanups, heldObjects } = await race.store.stats();
      checkEqual(
        [cleanups.kept, cleanups.ended, cleanups.open, heldObjects],
        [1, 1, 0, 0],
        'kept, ended, open, held',
      );
    },
  },
  {
    name: 'S6: a KEEP that waited for a create clears the cleanup for its holder too',
    async run(race) {
      await race.store.create([aCreate(ONE)]);
      const gate = await stopAt(race, 'commit', 'object', KEY);
      const created = send(() => race.other.create([aPlainCreate(TWO, { serviceId: 'service-b' })]));
      await gate.meets(created);
      const kept = send(() => race.store.release([aRelease(ONE, 'KEEP')]));
      await gate.meets(created, kept);
      await gate.open();
      checkEqual(
        (await withoutDeadlock(race, created, kept)).flat().map(wordOf),
        ['done', 'done'],
        'answers',
      );
      const lives = [await leaseOf(race.store, ONE), await leaseOf(race.store, TWO)];
      checkEqual(lives[1]?.generation, lives[0]?.generation, 'the generation of the second lease');
      await race.store.release([aRelease(TWO, 'COLLECT', 'service-b')]);
      const { cleanups, heldObjects } = await race.store.stats();
      checkEqual([cleanups.ended, cleanups.open, heldObjects], [0, 0, 0], 'ended, open, held');
    },
  },
  {
    name: 'S1 S7: a create that waited while the object was collected begins a new life',
    async run(race) {
      await makeDue(race.store);
      const { generation } = await leaseOf(race.store, ONE);
      const claim = only(await claimAll(race.store, 'c'));
      const gate = await stopAt(race, 'commit', 'object', KEY);
      const settled = send(() => race.store.settleCleanups([{ ...claim, kind: 'done' }]));
      await gate.meets(settled);
      const created = send(() => race.other.create([aCreate(TWO)]));
      await gate.meets(settled, created);
      await gate.open();
      const [results, creates] = await withoutDeadlock(race, settled, created);
      checkEqual([results, creates.map(wordOf)], [['settled'], ['done']], 'answers');
      const lease = await leaseOf(race.store, TWO);
      check(lease.generation > generation, 'the new life has the old generation');
      checkEqual(lease.revived, false, 'revived');
    },
  },
  {
    name: 'S4 S12: a repeated create that meets the end of its lease is answered with the lease, not with another one',
    async run(race) {
      await race.store.create([aCreate(ONE, { ttlMs: 1_000 })]);
      await passTime(race, 1_001);
      const gate = await stopAt(race, 'commit', 'object', KEY);
      const swept = send(() => sweep(race.store));
      await gate.meets(swept);
      const created = send(() => race.other.create([aCreate(ONE, { ttlMs: 1_000 })]));
      await gate.meets(swept, created);
      await gate.open();
      const [, creates] = await withoutDeadlock(race, swept, created);
      const create = only(creates);
      check(create.outcome === 'done' && create.replayed, 'the repeated create made something');
      checkEqual(create.lease.state, 'EXPIRED', 'state');
      checkEqual((await race.store.stats()).leases.created, 1, 'leases created');
    },
  },
  {
    name: 'S12: a repeated create whose lease is pruned meanwhile is answered, and so are its neighbours',
    async run(race) {
      await race.store.create([aPlainCreate(ONE)]);
      await race.store.release([aRelease(ONE)]);
      const gate = await stopAt(race, 'write', 'lease', TWO);
      const created = send(() => race.store.create([aPlainCreate(ONE), aPlainCreate(TWO)]));
      await gate.meets(created);
      await race.sql.unsafe(`delete from ${race.within}.lease where lease_id = $1::uuid`, [ONE]);
      await gate.open();
      const [, neighbour] = await created.answer;
      checkEqual(neighbour?.outcome, 'done', 'the create next to it');
    },
  },
  {
    name: 'S12: a create whose service is pruned while it waits is done all the same',
    async run(race) {
      await race.store.create([aPlainCreate(ONE)]);
      await race.store.release([aRelease(ONE)]);
      const row = await holdRow(race, 'service', 'service-a');
      const created = send(() => race.store.create([aPlainCreate(TWO)]));
      await row.meets(created);
      await row.run(`delete from ${race.within}.service_refund`);
      await row.run(`delete from ${race.within}.service`);
      await row.open();
      checkEqual((await created.answer).map(wordOf), ['done'], 'the create');
      checkEqual((await race.store.stats()).leases.active, 1, 'active leases');
    },
  },
];
