import { setTimeout as delay } from 'node:timers/promises';
import type { LeaseStore } from '@lease/core';
import { check, checkEqual } from '@lease/core/testing';
import { aCreate, aRelease, done, KEY, makeClaimed, makeDue, ONE, only, wordOf } from './cast.js';
import { send } from './barrier.js';
import { Line } from './line.js';
import { claimAll, passTime, type Race, stopAt } from './race.js';
import type { RaceLaw } from './race-law.js';

/**
 * Sends a call over a line that loses the reply to its commit, which is done, and then breaks. Returns the store, whose
 * line is good again.
 */
async function loseReply(
  race: Race,
  table: 'lease' | 'object',
  id: string,
  call: (store: LeaseStore) => Promise<unknown>,
  isDone: () => Promise<boolean>,
): Promise<{ readonly store: LeaseStore; readonly line: Line }> {
  const line = await Line.to(race.url);
  const store = await race.openAt(line.url);
  const gate = await stopAt(race, 'commit', table, id);
  const sent = send(() => call(store));
  await gate.meets(sent);
  line.mute();
  await gate.open();
  while (!(await isDone())) await delay(2);
  line.breakOff();
  const told = await sent.answer.then(
    () => 'done',
    (error: unknown) => (error instanceof Error ? error.name : typeof error),
  );
  check(told === 'done' || told === 'StoreUnavailableError', `a lost reply was told as ${told}`);
  return { store, line };
}

/** Schedules in which the commit is done and nobody hears of it. */
export const lostReplyLaws: readonly RaceLaw[] = [
  {
    name: 'S11 S12 R13: a create whose reply was lost, sent again, makes no second lease',
    async run(race) {
      const create = (store: LeaseStore) => store.create([aCreate(ONE)]);
      const { store, line } = await loseReply(race, 'lease', ONE, create, async () => {
        return (await race.other.get(ONE)).lease !== undefined;
      });
      const again = only(await create(store));
      line.close();
      check(
        again.outcome === 'done' && again.replayed,
        'the second create was not answered with the lease of the first',
      );
      const { leases, heldObjects } = await race.other.stats();
      checkEqual([leases.created, heldObjects], [1, 1], 'created, held');
    },
  },
  {
    name: 'S11: a release whose reply was lost, sent again, gets the same answer',
    async run(race) {
      await race.store.create([aCreate(ONE)]);
      const release = (store: LeaseStore) => store.release([aRelease(ONE)]);
      const { store, line } = await loseReply(race, 'lease', ONE, release, async () => {
        return (await race.other.get(ONE)).lease?.state === 'RELEASED';
      });
      checkEqual((await release(store)).map(wordOf), ['done'], 'the second release');
      line.close();
      const { cleanups } = await race.other.stats();
      checkEqual([cleanups.ended, cleanups.open], [1, 1], 'ended, open');
    },
  },
  {
    name: 'S8: an outcome whose reply was lost, sent again, is settled',
    async run(race) {
      const claim = await makeClaimed(race.store, 10_000);
      const settle = (store: LeaseStore) => store.settleCleanups([done(claim)]);
      const { store, line } = await loseReply(race, 'object', KEY, settle, async () => {
        return (await race.other.getCleanup(claim.cleanupId))?.state === 'COLLECTED';
      });
      checkEqual(await settle(store), ['settled'], 'the second delivery');
      line.close();
      const { attempts, cleanups } = await race.other.stats();
      checkEqual([attempts.done, attempts.stale, cleanups.collected], [1, 0, 1], 'done, stale, collected');
    },
  },
  {
    name: 'S1 S9: a claim whose reply was lost holds until it runs out, and is told as lost',
    async run(race) {
      await makeDue(race.store);
      const claim = (store: LeaseStore) => claimAll(store, 'first', 10_000);
      const { store, line } = await loseReply(race, 'object', KEY, claim, async () => {
        return (await race.other.listCleanups({ limit: 1 })).cleanups[0]?.state === 'CLAIMED';
      });
      checkEqual(await claim(store), [], 'claims while the first lasts');
      line.close();
      await passTime(race, 10_001);
      const taken = only(await claimAll(race.other, 'second'));
      checkEqual(taken.attempt, 2, 'attempt');
      const attempts = await race.other.listAttempts(taken.cleanupId, 10);
      checkEqual(
        attempts.map(({ outcome }) => outcome),
        ['LOST'],
        'attempts',
      );
    },
  },
];
