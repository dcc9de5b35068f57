import { check, checkEqual } from '../check.js';
import type { StoreLaw } from '../store-law.js';
import { law } from './law.js';
import { cutOff, sweepPages } from './partition.js';

const DAY_MS = 86_400_000;

/** What becomes of clocks, gaps and pauses while a durable store is closed. */
export const restartTimeLaws: readonly StoreLaw[] = [
  law('S15', 'a clock that was set back while the store was closed only delays', async (trial) => {
    const lease = await trial.create({ ttlMs: 10_000 });
    await trial.elapse(2_000);
    const before = await trial.now();
    await trial.time.stepWall(-DAY_MS);
    await trial.reopen();
    const after = await trial.now();
    // What was kept last is the last sweep's reading, not a later one.
    check(
      after >= before - 1_000 && after <= before,
      `the clock stands still: ${before} before, ${after} after`,
    );
    await trial.elapse(7_000);
    checkEqual((await trial.read(lease)).state, 'ACTIVE', 'state before its time');
    await trial.elapse(2_000);
    checkEqual((await trial.read(lease)).state, 'EXPIRED', 'state after its time');
  }),

  law('S14 S15 R14', 'a clock that was set forward while the store was closed is a gap', async (trial) => {
    const lease = await trial.createCollectable({ ttlMs: 10_000 });
    await trial.elapse(1_000);
    await trial.time.stepWall(DAY_MS);
    await trial.reopen();
    checkEqual((await trial.sweep()).status, 'paused', 'status');
    await trial.elapse(20_000);
    checkEqual((await trial.renew(lease, 60_000)).outcome, 'done', 'answer to a renewal');
    await trial.elapse(20_000);
    checkEqual((await trial.read(lease)).state, 'ACTIVE', 'state after the pause');
  }),

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
