import { checkEqual } from '@lease/core/testing';
import { aCreate, done, KEY, makeAbandoned, makeDue, ONE, only, TWO, wordOf } from './cast.js';
import { send } from './barrier.js';
import { claimAll, leaseOf, stopAt, withoutDeadlock } from './race.js';
import type { RaceLaw } from './race-law.js';

const REASON = 'by hand';

/** Schedules in which an operator meets the collection. */
export const operatorLaws: readonly RaceLaw[] = [
  {
    name: 'S3 S9: a claim leaves alone what an operator retries, until that is committed',
    async run(race) {
      const cleanupId = await makeAbandoned(race.store);
      const gate = await stopAt(race, 'commit', 'object', KEY);
      const retried = send(() => race.store.retryCleanups([{ cleanupId, delayMs: 0 }]));
      await gate.meets(retried);
      checkEqual(await claimAll(race.other, 'c'), [], 'claims before the commit');
      await gate.open();
      checkEqual(await retried.answer, ['retried'], 'the retry');
      checkEqual(only(await claimAll(race.other, 'c')).attempt, 2, 'attempt');
    },
  },
  {
    name: 'S3: of two operators who retry one cleanup, one does',
    async run(race) {
      const cleanupId = await makeAbandoned(race.store);
      const gate = await stopAt(race, 'commit', 'object', KEY);
      const calls = [race.store, race.other].map((store) =>
        send(() => store.retryCleanups([{ cleanupId, delayMs: 0 }])),
      );
      await gate.meets(...calls);
      await gate.open();
      const results = (await withoutDeadlock(race, ...calls)).flat();
      checkEqual(results.sort(), ['CLEANUP_NOT_ABANDONED', 'retried'], 'retries');
      const { open, abandoned } = (await race.store.stats()).cleanups;
      checkEqual([open, abandoned], [1, 0], 'open, abandoned');
    },
  },
  {
    name: 'S6 S9: what an operator forgets, a claim that waited does not get',
    async run(race) {
      await makeDue(race.store);
      const { cleanups } = await race.store.listCleanups({ limit: 10 });
      const cleanupId = only(cleanups).cleanupId;
      const gate = await stopAt(race, 'commit', 'object', KEY);
      const forgotten = send(() => race.store.forgetCleanups([{ cleanupId, reason: REASON }]));
      await gate.meets(forgotten);
      const claimed = send(() => claimAll(race.other, 'c'));
      await gate.meets(forgotten, claimed);
      await gate.open();
      checkEqual(
        await withoutDeadlock(race, forgotten, claimed),
        [['forgotten'], []],
        'the forgetting and the claim',
      );
      const totals = (await race.store.stats()).cleanups;
      checkEqual([totals.ended, totals.forgotten, totals.open], [1, 1, 0], 'ended, forgotten, open');
    },
  },
  {
    name: 'S6: what is being collected, an operator who waited cannot forget',
    async run(race) {
      await makeDue(race.store);
      const { cleanups } = await race.store.listCleanups({ limit: 10 });
      const cleanupId = only(cleanups).cleanupId;
      const gate = await stopAt(race, 'commit', 'object', KEY);
      const claimed = send(() => claimAll(race.store, 'c'));
      await gate.meets(claimed);
      const forgotten = send(() => race.other.forgetCleanups([{ cleanupId, reason: REASON }]));
      await gate.meets(claimed, forgotten);
      await gate.open();
      const [claims, results] = await withoutDeadlock(race, claimed, forgotten);
      checkEqual(results, ['CLEANUP_NOT_ABANDONED'], 'the forgetting');
      checkEqual(await race.store.settleCleanups(claims.map(done)), ['settled'], 'the outcome');
    },
  },
  {
    name: 'S6: what a create revived, an operator who waited can neither retry nor forget',
    async run(race) {
      const cleanupId = await makeAbandoned(race.store);
      const gate = await stopAt(race, 'commit', 'object', KEY);
      const created = send(() => race.store.create([aCreate(TWO)]));
      await gate.meets(created);
      const retried = send(() => race.other.retryCleanups([{ cleanupId, delayMs: 0 }]));
      const forgotten = send(() => race.other.forgetCleanups([{ cleanupId, reason: REASON }]));
      await gate.meets(created, retried, forgotten);
      await gate.open();
      const [creates, ...refusals] = await withoutDeadlock(race, created, retried, forgotten);
      checkEqual(creates.map(wordOf), ['done'], 'the create');
      checkEqual(
        refusals,
        [['CLEANUP_NOT_ABANDONED'], ['CLEANUP_NOT_ABANDONED']],
        'the retry and the forgetting',
      );
      checkEqual(await claimAll(race.store, 'c'), [], 'claims of an object that is held');
      checkEqual((await leaseOf(race.store, ONE)).state, 'RELEASED', 'the lease before');
    },
  },
];
