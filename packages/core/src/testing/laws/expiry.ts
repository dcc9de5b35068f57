import { check, checkEqual } from '../check.js';
import type { StoreLaw } from '../store-law.js';
import { law } from './law.js';
import { together } from './together.js';
import { checkRefused } from './trial.js';

export const expiryLaws: readonly StoreLaw[] = [
  law('S2', 'a sweep ends nothing before expire_time + grace, not even a millisecond', async (trial) => {
    const lease = await trial.createCollectable({ ttlMs: 2_000 });
    await trial.elapse(4_999, { graceMs: 3_000 });
    checkEqual((await trial.read(lease)).state, 'ACTIVE', 'state');
    checkEqual(await trial.claim(), [], 'claims');
    await trial.time.advance(1);
    checkEqual((await trial.sweep({ graceMs: 3_000 })).expired, 1, 'expired at that instant');
  }),

  law(
    'L1',
    'an expired lease carries the time of the sweep, and its object is due since then',
    async (trial) => {
      const lease = await trial.createCollectable({ ttlMs: 2_000 });
      await trial.elapse(2_000);
      const expired = await trial.read(lease);
      checkEqual(expired, { ...lease, state: 'EXPIRED', endTime: lease.expireTime }, 'the lease');
      const { reason, dueTime, lastLeaseId } = await trial.claimOne();
      checkEqual(
        [reason, dueTime, lastLeaseId],
        ['EXPIRED', lease.expireTime, lease.leaseId],
        'reason, due, last lease',
      );
    },
  ),

  law('S2', "grace is the sweeping replica's, and is counted once", async (trial) => {
    const lease = await trial.create({ ttlMs: 2_000 });
    await trial.elapse(3_000, { graceMs: 5_000 });
    checkEqual((await trial.read(lease)).state, 'ACTIVE', 'state for a replica with 5 s of grace');
    checkEqual((await trial.sweep({ graceMs: 1_000 })).expired, 1, 'expired by a replica with 1 s of grace');
  }),

  law('S2', 'a renewed lease ends by its new time, not by the old one', async (trial) => {
    const lease = await trial.createCollectable({ ttlMs: 2_000 });
    await trial.elapse(1_500);
    await trial.renew(lease);
    await trial.elapse(1_999);
    checkEqual((await trial.read(lease)).state, 'ACTIVE', 'state just before the new time');
    checkEqual(await trial.claim(), [], 'claims');
    await trial.time.advance(1);
    checkEqual((await trial.sweep()).expired, 1, 'expired at the new time');
  }),

  law('S2', 'a renewal to a much later time is kept through every sweep in between', async (trial) => {
    const lease = await trial.createCollectable({ ttlMs: 1_000 });
    await trial.renew(lease, 20_000);
    await trial.elapse(19_500);
    checkEqual((await trial.read(lease)).state, 'ACTIVE', 'state');
    await trial.elapse(500);
    checkEqual((await trial.read(lease)).state, 'EXPIRED', 'state');
  }),

  law('L1', 'a sweep visits at most its limit and says that there is more', async (trial) => {
    await trial.store.create(Array.from({ length: 25 }, () => trial.command({ ttlMs: 1_000 })));
    await trial.elapse(900);
    await trial.time.advance(100);
    const reports = [];
    for (let sweeps = 0; sweeps < 3; sweeps++) reports.push(await trial.sweep({ limit: 10 }));
    checkEqual(
      reports.map(({ expired }) => expired),
      [10, 10, 5],
      'expired',
    );
    checkEqual(
      reports.slice(0, 2).map(({ nextInMs }) => nextInMs),
      [0, 0],
      'next sweep after a full page',
    );
  }),

  law('L1', 'a sweep tells when the next one has something to do', async (trial) => {
    const checkWithin = async (ms: number, when: string, graceMs = 0) => {
      const { nextInMs } = await trial.sweep({ graceMs });
      check(nextInMs > 0 && nextInMs <= ms, `${when}: within ${ms} ms, but it is in ${nextInMs}`);
    };
    await checkWithin(500, 'on an empty store, by the heartbeat');
    await trial.create({ ttlMs: 10_000 });
    await trial.create({ ttlMs: 1_000 });
    await checkWithin(500, 'long before an expiry, by the heartbeat');
    await trial.time.advance(800);
    await checkWithin(200, 'before an expiry');
    await checkWithin(300, 'before an expiry, with grace', 100);
  }),

  law('S1', 'a sweep reports what it ended and which objects fell due', async (trial) => {
    const shared = trial.object();
    await trial.createCollectable({ object: shared, ttlMs: 1_000 });
    await trial.create({ object: shared, ttlMs: 60_000 });
    await trial.create({ ttlMs: 1_000 });
    await trial.createCollectable({ ttlMs: 1_000 });
    await trial.elapse(900);
    await trial.time.advance(100);
    const { status, expired, due, skipped } = await trial.sweep();
    checkEqual([status, expired, due, skipped], ['swept', 3, 1, 0], 'status, expired, due, skipped');
    checkEqual((await trial.claim()).length, 1, 'claims');
  }),

  law('S3', 'a lease ends once: the next sweep finds nothing', async (trial) => {
    const lease = await trial.createCollectable({ ttlMs: 1_000 });
    const expired = await trial.expire(lease);
    checkEqual((await trial.sweep()).expired, 0, 'expired by another sweep');
    await trial.elapse(1_000);
    checkEqual(await trial.read(lease), expired, 'the lease');
    const { leases, cleanups } = await trial.store.stats();
    checkEqual([leases.expired, cleanups.ended], [1, 1], 'expired, lives ended');
  }),

  law('S3', 'a released lease does not expire', async (trial) => {
    const lease = await trial.create({ ttlMs: 1_000 });
    await trial.release(lease);
    await trial.elapse(2_000);
    checkEqual((await trial.read(lease)).state, 'RELEASED', 'state');
    checkEqual((await trial.store.stats()).leases.expired, 0, 'expired');
  }),

  law('S1 S2 R1', 'a sweep and a renewal sent at once agree on who came first', async (trial) => {
    for (const renewFirst of [false, true]) {
      const lease = await trial.createCollectable({ ttlMs: 1_000 });
      await trial.elapse(900);
      await trial.time.advance(100);
      const [, renewed] = await together(
        () => trial.sweep(),
        () => trial.renew(lease),
        renewFirst,
      );
      const after = await trial.read(lease);
      if (renewed.outcome === 'done') {
        checkEqual(after, renewed.lease, 'the lease, after a renewal that was acknowledged');
        checkEqual(await trial.claim(), [], 'claims');
        await trial.release(lease);
      } else {
        checkRefused(renewed, 'LEASE_ENDED');
        checkEqual(after.state, 'EXPIRED', 'state');
      }
      await trial.settled(await trial.claimOne(), 'done');
    }
  }),

  law('L1 R17', 'leases that were renewed do not hide the dead ones behind them', async (trial) => {
    const limit = 10;
    const renewed = await trial.store.create(
      Array.from({ length: 10 * limit }, () => trial.command({ ttlMs: 1_000 })),
    );
    const dead = await trial.createCollectable({ ttlMs: 1_500 });
    await trial.store.renew(
      renewed.flatMap((result) =>
        result.outcome === 'done'
          ? [{ leaseId: result.lease.leaseId, serviceId: 'service-a', ttlMs: 60_000 }]
          : [],
      ),
    );
    await trial.elapse(1_000, { limit: 1 });
    await trial.time.advance(500);
    for (let sweeps = 0; sweeps < 12; sweeps++) await trial.sweep({ limit });
    checkEqual((await trial.read(dead)).state, 'EXPIRED', 'state of the dead lease after 12 sweeps of 10');
    checkEqual((await trial.store.stats()).leases.expired, 1, 'expired');
  }),

  law('S1', 'an overdue lease that no sweep has ended still holds its object', async (trial) => {
    await trial.createCollectable({ ttlMs: 1_000 });
    await trial.time.advance(1_500);
    checkEqual(await trial.claim(), [], 'claims');
  }),

  law('S2', 'leases expire each at its own time, in any order of creation', async (trial) => {
    const ttls = [3_000, 1_000, 2_500, 2_000, 1_500];
    const leases = [];
    for (const ttlMs of ttls) leases.push(await trial.create({ ttlMs }));
    for (let passedMs = 500; passedMs <= 3_000; passedMs += 500) {
      await trial.elapse(500);
      const states = await Promise.all(leases.map(async (lease) => (await trial.read(lease)).state));
      checkEqual(
        states,
        ttls.map((ttlMs) => (ttlMs <= passedMs ? 'EXPIRED' : 'ACTIVE')),
        `states after ${passedMs} ms`,
      );
    }
  }),
];
