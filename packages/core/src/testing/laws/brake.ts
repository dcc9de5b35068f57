import { check, checkEqual } from '../check.js';
import type { StoreLaw } from '../store-law.js';
import { law } from './law.js';
import {
  activeLeases,
  brake,
  createMany,
  cutOff,
  elapseBySeconds,
  renewAll,
  sweepPages,
} from './partition.js';

const FIVE_MINUTES_MS = 300_000;

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

  law(
    'S14',
    'what was renewed before the cut excuses no lost leases, however short they are',
    async (trial) => {
      const leases = await createMany(trial, 1_200, 12_000);
      // Three times per TTL: 6,000 renewals within the minute before the loss.
      for (let rounds = 0; rounds < 5; rounds++) {
        await elapseBySeconds(trial, 4_000);
        await renewAll(trial, leases);
      }
      await elapseBySeconds(trial, 11_000);
      await trial.time.advance(1_000);
      const lost = await sweepPages(trial, 25, { limit: 50 });
      check(lost > 1_000 && lost <= 1_050, `the brake lets 1,001 to 1,050 leases end, but ${lost} did`);
    },
  ),

  law('S14', 'lost short leases are no partition while enough others go on renewing', async (trial) => {
    const survivors = await createMany(trial, 100, 3_600_000);
    // 6,000 renewals a minute; of those in the window, 1,200 or fewer come after the cut.
    await elapseBySeconds(trial, 48_000, () => renewAll(trial, survivors));
    await renewAll(trial, await createMany(trial, 1_100, 12_000));
    await elapseBySeconds(trial, 13_000, () => renewAll(trial, survivors));
    checkEqual(await activeLeases(trial), 100, 'active leases');
    checkEqual((await trial.store.collectionState()).pauses, [], 'pauses');
  }),

  law('S14', 'a burst of renewals excuses no more lost leases than it has renewals', async (trial) => {
    const survivors = await createMany(trial, 600, 3_600_000);
    const leases = await createMany(trial, 1_200, 12_000);
    await renewAll(trial, leases);
    await elapseBySeconds(trial, 11_000);
    await renewAll(trial, survivors);
    await trial.time.advance(1_000);
    const lost = await sweepPages(trial, 25, { limit: 50 });
    check(lost > 1_000 && lost <= 1_050, `the brake lets 1,001 to 1,050 leases end, but ${lost} did`);
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
