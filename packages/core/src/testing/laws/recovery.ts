import type { Lease } from '../../lease/lease.js';
import { check, checkEqual } from '../check.js';
import type { StoreLaw } from '../store-law.js';
import { law } from './law.js';
import { checkRefused, type Trial } from './trial.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

const prune = (trial: Trial) =>
  trial.store.prune({ endedLeasesOlderThanMs: HOUR_MS, finishedCleanupsOlderThanMs: HOUR_MS, limit: 100 });

/** The store's clock goes forward by so much between two sweeps, and nobody else's does. */
async function leap(trial: Trial, ms: number): Promise<void> {
  await trial.sweep();
  await trial.time.advance(ms);
  await trial.sweep();
}

/** The lease ends so long from now, to the millisecond. */
async function checkEndsIn(trial: Trial, lease: Lease, ms: number, sweep = {}): Promise<void> {
  await trial.elapse(ms - 1, sweep);
  checkEqual((await trial.read(lease)).state, 'ACTIVE', `state after ${ms - 1} ms`);
  await trial.elapse(1, sweep);
  checkEqual((await trial.read(lease)).state, 'EXPIRED', `state after ${ms} ms`);
}

async function checkRenewed(trial: Trial, lease: Lease, ttlMs?: number): Promise<void> {
  checkEqual((await trial.renew(lease, ttlMs)).outcome, 'done', 'answer to a renewal');
}

/** What follows a gap, beyond the pause: nobody loses a lease before its holder had the time to renew it. */
export const recoveryLaws: readonly StoreLaw[] = [
  law(
    'S14 S15 R14',
    'a lease of 5 min that is renewed each third of that survives a leap of 10 min',
    async (trial) => {
      const lease = await trial.createCollectable({ ttlMs: 5 * MINUTE_MS });
      await trial.elapse(100_000);
      await checkRenewed(trial, lease);
      await trial.elapse(1_000);
      await leap(trial, 10 * MINUTE_MS);
      await trial.elapse(99_000);
      await checkRenewed(trial, lease);
      await checkEndsIn(trial, lease, 5 * MINUTE_MS);
    },
  ),

  law('S14 S15 R14', 'who renews at each half of the TTL loses nothing, whatever the leap', async (trial) => {
    for (const leapMs of [31_000, 61_000, 90_000, 119_000, 121_000, 600_000]) {
      const leases: Lease[] = [];
      for (let holders = 0; holders < 6; holders++) {
        leases.push(await trial.create({ ttlMs: 120_000 }));
        await trial.elapse(10_000);
      }
      await leap(trial, leapMs);
      for (const lease of leases) {
        await checkRenewed(trial, lease);
        await trial.elapse(10_000);
      }
      await trial.store.resume();
    }
  }),

  law('S14 R14', "a dead holder's lease outlives the gap by as long as that was", async (trial) => {
    const lease = await trial.createCollectable({ ttlMs: 100_000 });
    await trial.elapse(60_000);
    await leap(trial, 45_000);
    await checkEndsIn(trial, lease, 45_000);
    checkEqual((await trial.claimOne()).lastLeaseId, lease.leaseId, 'what is collected');
  }),

  law('L1 S14', "a dead holder's lease outlives the gap by no more than its TTL", async (trial) => {
    const lease = await trial.createCollectable({ ttlMs: MINUTE_MS });
    await leap(trial, 60 * MINUTE_MS);
    await checkEndsIn(trial, lease, MINUTE_MS);
    checkEqual((await trial.claimOne()).lastLeaseId, lease.leaseId, 'what is collected');
  }),

  law('L1 S14', 'what counts is the TTL that the last renewal gave', async (trial) => {
    const lease = await trial.create({ ttlMs: MINUTE_MS });
    await checkRenewed(trial, lease, 90_000);
    await leap(trial, 60 * MINUTE_MS);
    await checkEndsIn(trial, lease, 90_000);
  }),

  law('L1 S2', 'a lease that was renewed or taken since the gap ends at its own time', async (trial) => {
    const early = await trial.create({ ttlMs: MINUTE_MS });
    const late = await trial.create({ ttlMs: 10 * MINUTE_MS });
    await leap(trial, 60 * MINUTE_MS);
    await trial.elapse(5_000);
    await checkRenewed(trial, early);
    // Beyond the pause: a sweep has met the other and moved it on to the end of its recovery.
    await trial.elapse(35_000);
    await checkRenewed(trial, late, 2_000);
    const fresh = await trial.create({ ttlMs: 1_000 });
    await checkEndsIn(trial, fresh, 1_000);
    await checkEndsIn(trial, late, 1_000);
    await checkEndsIn(trial, early, 23_000);
  }),

  law('S14 R14', 'a gap within a recovery adds to it', async (trial) => {
    const lease = await trial.create({ ttlMs: 100_000 });
    await leap(trial, 45_000);
    await trial.elapse(10_000);
    await leap(trial, 45_000);
    await checkEndsIn(trial, lease, 80_000);
  }),

  law('S14 R14', 'a short gap within a recovery does not cut it short', async (trial) => {
    const lease = await trial.create({ ttlMs: 10 * MINUTE_MS });
    await leap(trial, 10 * MINUTE_MS);
    await trial.elapse(10_000);
    await leap(trial, 2_000);
    await trial.elapse(100_000);
    await checkRenewed(trial, lease);
  }),

  law('L1 S14', 'a gap behind a recovery does not add to it', async (trial) => {
    const lease = await trial.create({ ttlMs: 200_000 });
    await leap(trial, 45_000);
    await trial.elapse(60_000);
    await leap(trial, 100_000);
    await checkEndsIn(trial, lease, 100_000);
  }),

  law('S14', 'the grace adds nothing to a recovery, and the recovery nothing to the grace', async (trial) => {
    const graceMs = 5_000;
    const overdue = await trial.create({ ttlMs: MINUTE_MS });
    const late = await trial.create({ ttlMs: 100_000 });
    await trial.elapse(13_000, { graceMs });
    await leap(trial, 45_000);
    await checkEndsIn(trial, overdue, 45_000, { graceMs });
    // It runs out 42 s after the gap.
    await checkEndsIn(trial, late, 2_000, { graceMs });
  }),

  law(
    'L1 R17',
    'leases in recovery do not hide the overdue ones behind them, and are met once',
    async (trial) => {
      const limit = 50;
      await trial.store.create(Array.from({ length: 4 * limit }, () => trial.command({ ttlMs: 100_000 })));
      await trial.elapse(95_000);
      const dead = await trial.createCollectable({ ttlMs: 10_000 });
      await leap(trial, 10 * MINUTE_MS);
      await trial.elapse(29_500, { limit });
      await trial.time.advance(500);
      const reports = [];
      for (let sweeps = 0; sweeps < 6; sweeps++) reports.push(await trial.sweep({ limit }));
      checkEqual(
        reports.map(({ rearmed, expired }) => [rearmed, expired]),
        [...Array.from({ length: 4 }, () => [limit, 0]), [0, 1], [0, 0]],
        'rearmed, expired',
      );
      checkEqual((await trial.read(dead)).state, 'EXPIRED', 'state of the one behind them');
    },
  ),

  law('S14', 'in a recovery releases and the collection of due objects go on', async (trial) => {
    const held = await trial.createCollectable({ ttlMs: 5 * MINUTE_MS });
    await leap(trial, 10 * MINUTE_MS);
    await trial.elapse(40_000);
    checkEqual((await trial.store.collectionState()).pauses, [], 'pauses');
    checkEqual((await trial.release(held)).outcome, 'done', 'answer to a release');
    await trial.settled(await trial.claimOne(), 'done');
  }),

  law('S14', 'an operator who ends the pause ends the recovery', async (trial) => {
    const lease = await trial.createCollectable({ ttlMs: 5 * MINUTE_MS });
    await leap(trial, 10 * MINUTE_MS);
    checkEqual((await trial.store.resume()).pauses, [], 'pauses');
    const { status, expired } = await trial.sweep();
    checkEqual([status, expired], ['swept', 1], 'status, expired');
    checkEqual((await trial.claimOne()).lastLeaseId, lease.leaseId, 'what is collected');
  }),

  law('S4 S12 S14', 'nothing is pruned in a recovery', async (trial) => {
    const command = trial.command();
    const lease = await trial.create(command);
    await trial.release(lease);
    await trial.fallDue();
    await trial.settled(await trial.claimOne(), 'done');
    await trial.time.advance(HOUR_MS / 2);
    await leap(trial, HOUR_MS - 1);
    checkEqual(await prune(trial), { leases: 0, cleanups: 0, more: false }, 'the report after the leap');
    const again = await trial.tryCreate(command);
    check(again.outcome === 'done' && again.replayed, 'the same create is answered with the lease');
    checkRefused(await trial.renew(lease), 'LEASE_ENDED');
    await trial.time.advance(HOUR_MS - 2);
    checkEqual(
      await prune(trial),
      { leases: 0, cleanups: 0, more: false },
      'the last report in the recovery',
    );
    await trial.time.advance(1);
    const { leases, cleanups } = await prune(trial);
    checkEqual([leases, cleanups], [2, 1], 'leases and cleanups pruned after it');
  }),

  law('S4 S14', 'a recovery spares what ended for no longer than it is kept', async (trial) => {
    await trial.release(await trial.create());
    await leap(trial, 1_000 * HOUR_MS);
    await trial.time.advance(HOUR_MS - 1);
    checkEqual((await prune(trial)).leases, 0, 'pruned leases, an hour after the gap');
    await trial.time.advance(1);
    checkEqual((await prune(trial)).leases, 1, 'pruned leases, after that');
  }),
];
