import { checkEqual, objectRef } from '@lease/core/testing';
import { aCreate, aRelease, idOf, KEY, ONE, wordOf } from './cast.js';
import { send } from './barrier.js';
import { holdRow, passTime, type Race, stopAt, sweep, withoutDeadlock } from './race.js';
import type { RaceLaw } from './race-law.js';

const keyOf = (object: string) => `custom/${object}`;

/** Leases with consecutive numbers on these objects, each of a service of its own. */
const on = (objects: readonly string[], first: number) =>
  objects.map((object, index) =>
    aCreate(idOf(first + index), { object: objectRef(object), serviceId: `service-${object}` }),
  );

/** Sends two batches that want the row in the middle, and lets it go when both wait. */
async function bothBehind(
  race: Race,
  middle: string,
  batches: readonly (() => Promise<unknown>)[],
): Promise<void> {
  const row = await holdRow(race, 'object', keyOf(middle));
  const calls = [];
  for (const batch of batches) {
    calls.push(send(batch));
    await row.meets(...calls);
  }
  await row.open();
  await withoutDeadlock(race, ...calls);
}

/** Schedules in which calls want several rows. */
export const lockLaws: readonly RaceLaw[] = [
  {
    name: 'L1 R18: two creates that name the same objects in opposite orders do not wait for each other',
    async run(race) {
      await race.store.create(on(['a', 'b', 'c'], 1));
      await bothBehind(race, 'b', [
        () => race.store.create(on(['a', 'b', 'c'], 11)),
        () => race.other.create(on(['c', 'b', 'a'], 21)),
      ]);
      checkEqual((await race.store.stats()).leases.active, 9, 'active leases');
    },
  },
  {
    name: 'L1 R18: two releases that name objects in opposite orders do not wait for each other',
    async run(race) {
      await race.store.create([...on(['a', 'b', 'c'], 1), ...on(['c', 'b', 'a'], 11)]);
      const releaseFrom = (first: number, objects: readonly string[]) =>
        objects.map((object, index) => aRelease(idOf(first + index), 'COLLECT', `service-${object}`));
      await bothBehind(race, 'b', [
        () => race.store.release(releaseFrom(1, ['a', 'b', 'c'])),
        () => race.other.release(releaseFrom(11, ['c', 'b', 'a'])),
      ]);
      checkEqual((await race.store.stats()).cleanups.open, 3, 'objects that are due');
    },
  },
  {
    name: 'L1: a release that waits for its object, and a create that holds it and repeats the lease, do not wait for each other',
    async run(race) {
      await race.store.create([aCreate(ONE)]);
      const gate = await stopAt(race, 'write', 'object', KEY);
      const created = send(() => race.store.create([aCreate(idOf(2)), aCreate(ONE)]));
      await gate.meets(created);
      const released = send(() => race.other.release([aRelease(ONE)]));
      await gate.meets(created, released);
      await gate.open();
      const answers = await withoutDeadlock(race, created, released);
      checkEqual(answers.flat().map(wordOf), ['done', 'done', 'done'], 'answers');
      checkEqual((await race.store.stats()).leases.active, 1, 'active leases');
    },
  },
  {
    name: 'L1: a sweep that waits for a locked object gives up before long, and gets it later',
    async run(race) {
      await race.store.create([aCreate(ONE, { ttlMs: 1_000 })]);
      await passTime(race, 1_001);
      const row = await holdRow(race, 'object', KEY);
      for (let sweeps = 0; sweeps < 10; sweeps++) {
        checkEqual((await sweep(race.store)).expired, 0, 'leases that ended under a locked object');
        await passTime(race, 250);
      }
      await row.open();
      checkEqual((await sweep(race.store)).expired, 1, 'leases that ended once it was free');
    },
  },
];
