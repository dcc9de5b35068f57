import { check, checkEqual } from '../check.js';
import type { StoreLaw } from '../store-law.js';
import { law } from './law.js';
import { cutOff, sweepPages } from './partition.js';

/** What becomes of clocks, gaps and pauses while a durable store is closed. */
export const restartTimeLaws: readonly StoreLaw[] = [
  law('S14 R14', 'a recovery outlasts a restart', async (trial) => {
    const ttlMs = 300_000;
    const alive = await trial.createCollectable({ ttlMs });
    const dead = await trial.createCollectable({ ttlMs });
    await trial.elapse(50_000);
    await trial.time.advance(600_000);
    await trial.reopen();
    await trial.elapse(35_000);
    await trial.reopen();
    await trial.elapse(65_000);
    checkEqual((await trial.renew(alive)).outcome, 'done', 'answer to a renewal after half the TTL');
    // At most the last half second before the first restart is forgotten, and counted to the gap.
    await trial.elapse(199_000);
    checkEqual((await trial.read(dead)).state, 'ACTIVE', 'state of the other just before a TTL has passed');
    await trial.elapse(1_500);
    checkEqual((await trial.read(dead)).state, 'EXPIRED', 'state of the other when a TTL has passed');
    checkEqual((await trial.read(alive)).state, 'ACTIVE', 'state of the one that was renewed');
  }),

  law('S14 R14', 'the time that a store was closed is a gap', async (trial) => {
    await trial.createCollectable({ ttlMs: 5_000 });
    await trial.elapse(1_000);
    await trial.time.advance(20 * 60_000);
    await trial.reopen();
    checkEqual((await trial.sweep()).status, 'paused', 'status');
    await trial.elapse(29_500);
    checkEqual((await trial.store.stats()).leases.expired, 0, 'expired just before the end of the pause');
    await trial.elapse(500);
    checkEqual((await trial.store.stats()).leases.expired, 1, 'expired at the end of the pause');
  }),

  law('S14', 'the heartbeat outlasts a restart, all but its last half second', async (trial) => {
    await trial.sweep();
    await trial.time.advance(1_000);
    // What else is written must not pass for a heartbeat.
    await trial.create();
    await trial.sweep();
    const { lastSweepTime: before = 0 } = await trial.store.collectionState();
    await trial.reopen();
    const { lastSweepTime: after = 0 } = await trial.store.collectionState();
    check(after <= before && after >= before - 500, `last sweep at ${before}, after the restart at ${after}`);
  }),

  law('S14', "an operator's pause outlasts a restart", async (trial) => {
    await trial.fallDue();
    await trial.store.pause({ forMs: 60_000, note: 'n' });
    const { pauses } = await trial.store.collectionState();
    await trial.reopen();
    checkEqual((await trial.store.collectionState()).pauses, pauses, 'pauses');
    checkEqual(await trial.claim(), [], 'claims');
    await trial.store.resume();
    await trial.reopen();
    checkEqual((await trial.claim()).length, 1, 'claims after it was resumed');
  }),

  law('S14', 'the brake outlasts a restart', async (trial) => {
    await cutOff(trial, 1_100);
    await sweepPages(trial, 12, { limit: 100 });
    await trial.reopen();
    const { pauses } = await trial.store.collectionState();
    checkEqual(
      pauses.map(({ reason }) => reason),
      ['BRAKE'],
      'pauses',
    );
    checkEqual(await sweepPages(trial, 3, { limit: 100 }), 0, 'expired');
  }),
];
