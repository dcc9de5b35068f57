import type { CleanupOutcome } from '@lease/core';
import { check, checkEqual } from '@lease/core/testing';
import {
  aCreate,
  aRelease,
  done,
  KEY,
  makeClaimed,
  makeDue,
  ONE,
  only,
  outcomeOf,
  TWO,
  wordOf,
} from './cast.js';
import { send } from './barrier.js';
import { claimAll, holdRow, leaseOf, passTime, stopAt, withoutDeadlock } from './race.js';
import type { RaceLaw } from './race-law.js';

/** Schedules in which a claim meets another verb. */
export const claimLaws: readonly RaceLaw[] = [
  {
    name: 'S9 R4: what one replica has claimed, no other one claims',
    async run({ store, other }) {
      await makeDue(store);
      const claims = [...(await claimAll(store, 'first')), ...(await claimAll(other, 'second'))];
      checkEqual(claims.length, 1, 'claims');
      checkEqual(await other.settleCleanups(claims.map(done)), ['settled'], 'outcomes');
    },
  },
  {
    name: 'S9 R5: of two claims that meet, one gets the cleanup',
    async run(race) {
      await makeDue(race.store);
      const gate = await stopAt(race, 'commit', 'object', KEY);
      const first = send(() => claimAll(race.store, 'first'));
      await gate.meets(first);
      const second = send(() => claimAll(race.other, 'second'));
      await gate.meets(first, second);
      await gate.open();
      const claims = await withoutDeadlock(race, first, second);
      checkEqual(
        claims.map(({ length }) => length),
        [1, 0],
        'claims',
      );
    },
  },
  {
    name: 'L1 R5: a claim waits for nobody',
    async run(race) {
      await makeDue(race.store);
      const row = await holdRow(race, 'object', KEY);
      const claimed = send(() => claimAll(race.store, 'c'));
      await row.meets(claimed);
      const waited = !claimed.ended;
      await row.open();
      check(!waited, 'the claim waits for a locked object');
      checkEqual(await claimed.answer, [], 'claims of a locked object');
      checkEqual((await claimAll(race.store, 'c')).length, 1, 'claims later');
    },
  },
  {
    name: 'S1 R6: a claim leaves alone what an uncommitted create revives',
    async run(race) {
      await makeDue(race.store);
      const gate = await stopAt(race, 'commit', 'lease', TWO);
      const created = send(() => race.store.create([aCreate(TWO)]));
      await gate.meets(created);
      const claimed = send(() => claimAll(race.other, 'c'));
      await gate.meets(created, claimed);
      await gate.open();
      const [creates, claims] = await withoutDeadlock(race, created, claimed);
      checkEqual([wordOf(only(creates)), claims.length], ['done', 0], 'the create and the claims');
      checkEqual((await claimAll(race.other, 'c')).length, 0, 'claims of an object that is held');
      checkEqual((await leaseOf(race.store, TWO)).revived, true, 'revived');
    },
  },
  {
    name: 'S1 R6: a create that waited for a claim is refused',
    async run(race) {
      await makeDue(race.store);
      const gate = await stopAt(race, 'commit', 'object', KEY);
      const claimed = send(() => claimAll(race.store, 'c'));
      await gate.meets(claimed);
      const created = send(() => race.other.create([aCreate(TWO)]));
      await gate.meets(claimed, created);
      await gate.open();
      const [claims, creates] = await withoutDeadlock(race, claimed, created);
      checkEqual(
        [claims.length, wordOf(only(creates))],
        [1, 'OBJECT_BEING_COLLECTED'],
        'the claims and the create',
      );
      checkEqual(await race.store.settleCleanups(claims.map(done)), ['settled'], 'outcomes');
      checkEqual((await race.store.create([aCreate(TWO)])).map(wordOf), ['done'], 'the create, later');
    },
  },
  {
    name: 'S8 R8: an outcome that waited while its claim was taken over changes nothing',
    async run(race) {
      const lost = await makeClaimed(race.store, 1_000);
      const gone: CleanupOutcome = { ...outcomeOf(lost), kind: 'fail', abandonReason: 'TERMINAL_ANSWER' };
      await passTime(race, 1_001);
      const gate = await stopAt(race, 'commit', 'object', KEY);
      const taken = send(() => claimAll(race.other, 'second'));
      await gate.meets(taken);
      const settled = send(() => race.store.settleCleanups([gone]));
      await gate.meets(taken, settled);
      await gate.open();
      const [claims, results] = await withoutDeadlock(race, taken, settled);
      checkEqual(results, ['stale'], "the zombie's outcome");
      checkEqual(
        await race.other.settleCleanups(claims.map(done)),
        ['settled'],
        'the outcome of the claim in force',
      );
      const attempts = await race.store.listAttempts(lost.cleanupId, 10);
      checkEqual(
        attempts.map(({ attempt, outcome }) => `${attempt} ${outcome}`),
        ['1 LOST', '2 DONE'],
        'attempts',
      );
      checkEqual((await race.store.stats()).attempts.stale, 1, 'stale outcomes');
    },
  },
  {
    name: 'S6 S9: a takeover leaves alone what is being settled',
    async run(race) {
      const claim = await makeClaimed(race.store, 1_000);
      await passTime(race, 1_001);
      const gate = await stopAt(race, 'commit', 'object', KEY);
      const settled = send(() => race.store.settleCleanups([done(claim)]));
      await gate.meets(settled);
      const taken = send(() => claimAll(race.other, 'second'));
      await gate.meets(settled, taken);
      await gate.open();
      const [results, claims] = await withoutDeadlock(race, settled, taken);
      checkEqual([results, claims], [['settled'], []], 'the outcome and the takeover');
      checkEqual((await race.store.getCleanup(claim.cleanupId))?.state, 'COLLECTED', 'state');
    },
  },
  {
    name: 'S8: the same outcome, sent twice at once, is recorded once and settled for both',
    async run(race) {
      const claim = await makeClaimed(race.store, 10_000);
      const gate = await stopAt(race, 'commit', 'object', KEY);
      const retry: CleanupOutcome = {
        ...outcomeOf(claim),
        ...{ kind: 'retry', contact: 'answered', delayMs: 0 },
        abandonReason: 'ATTEMPTS_EXHAUSTED',
      };
      const calls = [race.store, race.other].map((store) => send(() => store.settleCleanups([retry])));
      await gate.meets(...calls);
      await gate.open();
      checkEqual(await withoutDeadlock(race, ...calls), [['settled'], ['settled']], 'outcomes');
      const attempts = await race.store.listAttempts(claim.cleanupId, 10);
      checkEqual(
        attempts.map(({ outcome }) => outcome),
        ['RETRY'],
        'attempts',
      );
      checkEqual((await race.store.stats()).attempts.retried, 1, 'retried');
    },
  },
  {
    name: 'S2 S9: a claim that met a sweep finds the object due afterwards, once',
    async run(race) {
      await race.store.create([aCreate(ONE)]);
      const gate = await stopAt(race, 'commit', 'object', KEY);
      const released = send(() => race.store.release([aRelease(ONE)]));
      await gate.meets(released);
      checkEqual(await claimAll(race.other, 'c'), [], 'claims before the commit');
      await gate.open();
      const [result] = await released.answer;
      check(result?.outcome === 'done', 'the release was refused');
      const { dueTime } = only(await claimAll(race.other, 'c'));
      check(dueTime >= (result.lease.endTime ?? Infinity), 'due before the lease had ended');
    },
  },
];
