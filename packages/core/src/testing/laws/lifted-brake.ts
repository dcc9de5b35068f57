import { check, checkEqual } from '../check.js';
import type { StoreLaw } from '../store-law.js';
import { law } from './law.js';
import { activeLeases, brake, createMany, elapseBySeconds, renewAll, sweepPages } from './partition.js';
import type { Trial } from './trial.js';

const FIVE_MINUTES_MS = 300_000;
const WINDOW_MS = 60_000;

/** So many more leases, renewed, that fall due so long from now. */
async function wave(trial: Trial, count: number, dueInMs: number): Promise<void> {
  await renewAll(trial, await createMany(trial, count, dueInMs));
}

async function checkNoPause(trial: Trial): Promise<void> {
  checkEqual((await trial.store.collectionState()).pauses, [], 'pauses');
}

export const liftedBrakeLaws: readonly StoreLaw[] = [
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

  law(
    'S14',
    'an operator who lifts the brake also lets go what falls due in the minute after',
    async (trial) => {
      await brake(trial, 1_100);
      await wave(trial, 1_200, 55_000);
      await trial.store.resume();
      await sweepPages(trial, 5, { limit: 50 });
      checkEqual(await activeLeases(trial), 1_200, 'active leases when expiry has caught up');
      await elapseBySeconds(trial, 55_000);
      await sweepPages(trial, 2, { limit: 1_000 });
      checkEqual(await activeLeases(trial), 0, 'active leases when those have fallen due, too');
      await checkNoPause(trial);
    },
  ),

  law('S14', 'a lifted brake does not hold again while as many leases go on falling due', async (trial) => {
    await brake(trial, 1_100);
    await wave(trial, 1_100, 40_000);
    await wave(trial, 1_100, 90_000);
    await trial.store.resume();
    await elapseBySeconds(trial, 90_000);
    await sweepPages(trial, 2, { limit: 1_000 });
    checkEqual(await activeLeases(trial), 0, 'active leases');
    await checkNoPause(trial);
  }),

  law(
    'S14',
    'a minute after the last of its leases the brake is armed for the next partition',
    async (trial) => {
      await brake(trial, 1_100);
      await trial.store.resume();
      await sweepPages(trial, 5, { limit: 50 });
      checkEqual(await activeLeases(trial), 0, 'active leases when expiry has caught up');
      await elapseBySeconds(trial, WINDOW_MS);
      await wave(trial, 1_200, 5_000);
      await elapseBySeconds(trial, 4_000);
      const { expired } = (await trial.store.stats()).leases;
      await trial.time.advance(1_000);
      await sweepPages(trial, 30, { limit: 50 });
      const lost = (await trial.store.stats()).leases.expired - expired;
      check(lost > 1_000 && lost <= 1_050, `the brake lets 1,001 to 1,050 leases end again, but ${lost} did`);
      const { pauses } = await trial.store.collectionState();
      checkEqual(
        pauses.map(({ reason }) => reason),
        ['BRAKE'],
        'pauses',
      );
    },
  ),
];
