import { check, checkEqual } from '../check.js';
import type { StoreLaw } from '../store-law.js';
import { law } from './law.js';
import { one, type Trial } from './trial.js';

/** The store is swept once, and then by nobody for so long. */
async function outage(trial: Trial, ms: number): Promise<void> {
  await trial.sweep();
  await trial.time.advance(ms);
}

export const gapLaws: readonly StoreLaw[] = [
  law('S14', 'a store that was never swept has no gap', async (trial) => {
    await trial.create({ ttlMs: 1_000 });
    await trial.time.advance(3_600_000);
    const { status, expired } = await trial.sweep();
    checkEqual([status, expired], ['swept', 1], 'status, expired');
    checkEqual((await trial.store.collectionState()).pauses, [], 'pauses');
  }),

  law('S14', 'a second between two sweeps is no gap', async (trial) => {
    await trial.create({ ttlMs: 1_000 });
    await outage(trial, 1_000);
    const { status, expired } = await trial.sweep();
    checkEqual([status, expired], ['swept', 1], 'status, expired');
  }),

  law('S14 R14', 'after a gap nothing expires for as long as the gap was', async (trial) => {
    const lease = await trial.createCollectable({ ttlMs: 1_000 });
    await outage(trial, 10_000);
    const { status, expired, due, nextInMs } = await trial.sweep();
    checkEqual([status, expired, due], ['paused', 0, 0], 'status, expired, due');
    check(nextInMs > 0 && nextInMs <= 500, `the heartbeat goes on, but the next sweep is in ${nextInMs} ms`);
    await trial.elapse(9_999);
    checkEqual((await trial.read(lease)).state, 'ACTIVE', 'state just before the end of the pause');
    await trial.elapse(1);
    checkEqual((await trial.read(lease)).state, 'EXPIRED', 'state at the end of the pause');
  }),

  law('S14 R14', 'after a long gap nothing expires for 30 s', async (trial) => {
    const lease = await trial.createCollectable({ ttlMs: 1_000 });
    await outage(trial, 20 * 60_000);
    await trial.elapse(29_999);
    checkEqual((await trial.read(lease)).state, 'ACTIVE', 'state just before the end of the pause');
    checkEqual(await trial.claim(), [], 'claims');
    await trial.elapse(1);
    checkEqual((await trial.read(lease)).state, 'EXPIRED', 'state at the end of the pause');
  }),

  law(
    'S14 R14',
    'who renews in the pause after an outage keeps its object, who is dead does not',
    async (trial) => {
      const alive = await trial.createCollectable({ ttlMs: 5_000 });
      const dead = await trial.createCollectable({ ttlMs: 5_000 });
      await outage(trial, 20 * 60_000);
      await trial.elapse(29_000);
      checkEqual((await trial.renew(alive)).outcome, 'done', 'answer to a renewal late in the pause');
      await trial.elapse(1_500);
      checkEqual((await trial.claimOne()).lastLeaseId, dead.leaseId, 'the lease that ended');
      checkEqual((await trial.read(alive)).state, 'ACTIVE', 'state of the one that was renewed');
    },
  ),

  law(
    'S14',
    'in the pause creates, renewals, releases and the collection of due objects go on',
    async (trial) => {
      const held = await trial.createCollectable();
      await trial.fallDue();
      await outage(trial, 5_000);
      checkEqual((await trial.sweep()).status, 'paused', 'status');
      await trial.create();
      checkEqual((await trial.renew(held)).outcome, 'done', 'answer to a renewal');
      checkEqual((await trial.release(held)).outcome, 'done', 'answer to a release');
      const claims = await trial.claim();
      checkEqual(claims.length, 2, 'claims');
      for (const claim of claims) await trial.settled(claim, 'done');
    },
  ),

  law('S14', "the pause is the store's: every sweeper sees it, and everybody can read it", async (trial) => {
    await trial.create({ ttlMs: 1_000 });
    await outage(trial, 4_000);
    await trial.sweep({ graceMs: 60_000, limit: 1 });
    checkEqual((await trial.sweep()).status, 'paused', "status of another sweeper's sweep");
    const { pauses, lastSweepTime, now } = await trial.store.collectionState();
    checkEqual(pauses, [{ reason: 'GAP', until: now + 4_000 }], 'pauses');
    checkEqual(lastSweepTime, now, 'last sweep');
  }),

  law('S14', 'sweeps in the pause are heartbeats: no further gap follows', async (trial) => {
    await trial.create({ ttlMs: 1_000 });
    await outage(trial, 10_000);
    await trial.elapse(10_000);
    const { expired } = (await trial.store.stats()).leases;
    checkEqual([(await trial.sweep()).status, expired], ['swept', 1], 'status, expired');
    checkEqual((await trial.store.collectionState()).pauses, [], 'pauses');
  }),

  law('S14', 'a gap within the pause may prolong it but never shortens it', async (trial) => {
    await outage(trial, 20_000);
    await trial.sweep();
    const { until } = one((await trial.store.collectionState()).pauses);
    await outage(trial, 2_000);
    await trial.sweep();
    checkEqual(
      one((await trial.store.collectionState()).pauses).until,
      until,
      'end after a small second gap',
    );
    await outage(trial, 29_000);
    await trial.sweep();
    const state = await trial.store.collectionState();
    checkEqual(one(state.pauses).until, state.now + 29_000, 'end after a large third gap');
  }),

  law('S14', 'an operator can end the pause', async (trial) => {
    await trial.create({ ttlMs: 1_000 });
    await outage(trial, 20_000);
    await trial.sweep();
    checkEqual((await trial.store.resume()).pauses, [], 'pauses');
    const { status, expired } = await trial.sweep();
    checkEqual([status, expired], ['swept', 1], 'status, expired');
  }),
];
