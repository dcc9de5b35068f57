import { check, checkEqual } from '../check.js';
import type { StoreLaw } from '../store-law.js';
import { law } from './law.js';
import { createMany, cutOff, renewAll, sweepPages } from './partition.js';
import { one, type Trial } from './trial.js';

const FIVE_MINUTES_MS = 300_000;

/** Cuts so many holders off and sweeps until the brake holds. */
async function brake(trial: Trial, count: number) {
  const leases = await cutOff(trial, count);
  const expired = await sweepPages(trial, 25, { limit: 50 });
  check(expired > 1_000 && expired <= 1_050, `the brake lets 1,001 to 1,050 leases end, but ${expired} did`);
  return { leases, expired };
}

/** Time passes with one sweep a second, which is no gap. */
async function elapseBySeconds(trial: Trial, ms: number): Promise<void> {
  for (let passedMs = 0; passedMs < ms; passedMs += 1_000) {
    await trial.time.advance(1_000);
    await trial.sweep();
  }
}

async function activeLeases(trial: Trial): Promise<number> {
  return (await trial.store.stats()).leases.active;
}

export const brakeLaws: readonly StoreLaw[] = [
  law(
    'S14',
    'the brake stops a partition at 1,000 leases and one page, and holds for 5 min',
    async (trial) => {
      await brake(trial, 1_200);
      const { pauses, now } = await trial.store.collectionState();
      checkEqual(pauses, [{ reason: 'BRAKE', until: now + FIVE_MINUTES_MS }], 'pauses');
      const { status, expired } = await trial.sweep();
      checkEqual([status, expired], ['swept', 0], 'status, expired of a further sweep');
    },
  ),

  law(
    'S14',
    'under the brake held leases can be renewed and released, and never-renewed ones expire',
    async (trial) => {
      const { leases } = await brake(trial, 1_200);
      const [renewed, released] = (await trial.leases({ state: 'ACTIVE', limit: 1_000 })).slice(-2);
      check(renewed !== undefined && released !== undefined, 'the brake holds some leases');
      checkEqual((await trial.renew(renewed)).outcome, 'done', 'answer to a renewal');
      checkEqual((await trial.release(released)).outcome, 'done', 'answer to a release');
      const fresh = await trial.createCollectable({ ttlMs: 1_000 });
      await trial.expire(fresh);
      checkEqual((await trial.claimOne()).lastLeaseId, fresh.leaseId, 'what is collected');
      checkEqual(leases.length, 1_200, 'leases that were cut off');
    },
  ),

  law(
    'S14',
    'after 5 min the brake lets go, and does not hold again before expiry has caught up',
    async (trial) => {
      await brake(trial, 2_300);
      await elapseBySeconds(trial, FIVE_MINUTES_MS - 1_000);
      check((await activeLeases(trial)) > 1_200, 'the brake still holds just before 5 min have passed');
      await trial.time.advance(1_000);
      await sweepPages(trial, 30, { limit: 50 });
      checkEqual(await activeLeases(trial), 0, 'active leases when expiry has caught up');
    },
  ),

  law(
    'S14',
    'an operator lifts the brake, and it does not hold again before expiry has caught up',
    async (trial) => {
      const { expired } = await brake(trial, 2_300);
      checkEqual((await trial.store.resume()).pauses, [], 'pauses');
      checkEqual(
        await sweepPages(trial, 30, { limit: 50 }),
        2_300 - expired,
        'expired when expiry has caught up',
      );
    },
  ),

  law('S14', 'once expiry has caught up the brake holds again in the next partition', async (trial) => {
    await brake(trial, 1_100);
    await trial.store.resume();
    await sweepPages(trial, 5, { limit: 50 });
    checkEqual(await activeLeases(trial), 0, 'active leases when expiry has caught up');
    const next = await createMany(trial, 1_200, 5_000);
    await renewAll(trial, next);
    await elapseBySeconds(trial, 4_000);
    const { expired } = (await trial.store.stats()).leases;
    // A share of nothing: the renewals of 5 s ago are still in the window and would excuse the losses.
    await trial.time.advance(1_000);
    await sweepPages(trial, 30, { limit: 50, brakeShare: 0 });
    const lost = (await trial.store.stats()).leases.expired - expired;
    check(lost > 1_000 && lost <= 1_050, `the brake lets 1,001 to 1,050 leases end again, but ${lost} did`);
    checkEqual(one((await trial.store.collectionState()).pauses).reason, 'BRAKE', 'pause');
  }),

  law('S14', 'a thousand lost leases are no partition', async (trial) => {
    await cutOff(trial, 1_000);
    checkEqual(await sweepPages(trial, 3, { limit: 500 }), 1_000, 'expired');
    checkEqual((await trial.store.collectionState()).pauses, [], 'pauses');
  }),

  law('S14', 'lost leases are no partition while enough others are renewed', async (trial) => {
    const survivors = await createMany(trial, 400, 3_600_000);
    await cutOff(trial, 1_100);
    // 1,100 lost of 4,700 are 23 %.
    for (let rounds = 0; rounds < 9; rounds++) await renewAll(trial, survivors);
    checkEqual(await sweepPages(trial, 12, { limit: 100 }), 1_100, 'expired');
  }),

  law('S14', 'with a share of 1 the brake is off', async (trial) => {
    await cutOff(trial, 1_200);
    checkEqual(await sweepPages(trial, 25, { limit: 50, brakeShare: 1 }), 1_200, 'expired');
  }),

  law('S14', 'leases that were never renewed do not pull the brake', async (trial) => {
    await createMany(trial, 1_200);
    await trial.time.advance(90_000);
    checkEqual(await sweepPages(trial, 25, { limit: 50 }), 1_200, 'expired');
  }),

  law('S14', 'losses more than a window apart do not add up', async (trial) => {
    await cutOff(trial, 600);
    await sweepPages(trial, 2, { limit: 500 });
    const more = await createMany(trial, 600);
    await renewAll(trial, more);
    await elapseBySeconds(trial, 91_000);
    checkEqual(await activeLeases(trial), 0, 'active leases');
    checkEqual((await trial.store.collectionState()).pauses, [], 'pauses');
  }),

  law(
    'L1 R17',
    'the leases that the brake holds do not hide the never-renewed ones behind them',
    async (trial) => {
      await brake(trial, 1_400);
      const fresh = await trial.create({ ttlMs: 1_000 });
      await trial.time.advance(1_000);
      // Some 400 are held: one pass over them takes 40 pages.
      await sweepPages(trial, 42, { limit: 10 });
      checkEqual((await trial.read(fresh)).state, 'EXPIRED', 'state of the lease behind them');
    },
  ),
];
