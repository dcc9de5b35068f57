import { httpCleanup } from '../builders.js';
import { check, checkEqual } from '../check.js';
import type { StoreLaw } from '../store-law.js';
import { law } from './law.js';
import { together } from './together.js';
import { checkRefused, done } from './trial.js';

export const renewLaws: readonly StoreLaw[] = [
  law('S2', "a renewal sets expire_time to now + the lease's ttl", async (trial) => {
    const lease = await trial.create({ ttlMs: 10_000 });
    await trial.time.advance(4_000);
    const renewed = done(await trial.renew(lease));
    checkEqual(renewed.expireTime, lease.createTime + 14_000, 'expire_time');
    checkEqual(await trial.read(lease), renewed, 'the lease that is read');
  }),

  law('S2', 'a renewal never moves expire_time back', async (trial) => {
    const lease = await trial.create({ ttlMs: 10_000 });
    await trial.time.advance(1_000);
    checkEqual(done(await trial.renew(lease, 2_000)).expireTime, lease.expireTime, 'expire_time');
    await trial.elapse(8_999);
    checkEqual((await trial.read(lease)).state, 'ACTIVE', 'state until then');
  }),

  law('S2', "a renewal's ttl is for that renewal only", async (trial) => {
    const lease = await trial.create({ ttlMs: 2_000 });
    const longer = done(await trial.renew(lease, 5_000));
    checkEqual(longer.expireTime, lease.createTime + 5_000, 'expire_time');
    checkEqual(longer.ttlMs, 2_000, 'ttl');
    await trial.elapse(4_000);
    checkEqual(
      done(await trial.renew(lease)).expireTime,
      lease.createTime + 6_000,
      'expire_time by its own ttl',
    );
  }),

  law('S3', 'renewals are counted and timed on the lease', async (trial) => {
    const lease = await trial.create();
    await trial.time.advance(100);
    await trial.renew(lease);
    await trial.time.advance(100);
    const { renewalCount, renewTime, createTime } = done(await trial.renew(lease));
    checkEqual(
      [renewalCount, renewTime, createTime],
      [2, lease.createTime + 200, lease.createTime],
      'count, times',
    );
  }),

  law('S2', 'a renewal tells how far ahead the end was, or how late it came', async (trial) => {
    const lease = await trial.create({ ttlMs: 2_000 });
    await trial.elapse(1_500, { graceMs: 1_000 });
    const early = await trial.renew(lease);
    await trial.elapse(2_700, { graceMs: 1_000 });
    const late = await trial.renew(lease);
    const margins = [early, late].map((result) =>
      result.outcome === 'done' ? result.marginMs : result.reason,
    );
    checkEqual(margins, [500, -700], 'margins');
  }),

  law('S2 S3', 'a renewal within the grace rescues the lease', async (trial) => {
    const lease = await trial.createCollectable({ ttlMs: 2_000 });
    await trial.elapse(2_900, { graceMs: 1_000 });
    const renewed = done(await trial.renew(lease));
    checkEqual(renewed.expireTime, lease.createTime + 4_900, 'expire_time');
    await trial.elapse(2_900, { graceMs: 1_000 });
    checkEqual((await trial.read(lease)).state, 'ACTIVE', 'state');
    checkEqual(await trial.claim(), [], 'claims');
  }),

  law(
    'S3',
    'only a sweep ends a lease, no clock reading: overdue, it is active and can be renewed',
    async (trial) => {
      const lease = await trial.create({ ttlMs: 2_000 });
      await trial.time.advance(3_600_000);
      checkEqual((await trial.read(lease)).state, 'ACTIVE', 'state');
      checkEqual((await trial.leases({ state: 'ACTIVE' })).length, 1, 'active leases listed');
      checkEqual(done(await trial.renew(lease)).state, 'ACTIVE', 'state after the renewal');
    },
  ),

  law('S4', 'no renewal succeeds after a release', async (trial) => {
    const lease = await trial.create();
    const released = done(await trial.release(lease));
    checkRefused(await trial.renew(lease), 'LEASE_ENDED');
    checkEqual(await trial.read(lease), released, 'the lease');
  }),

  law('S4', 'no renewal succeeds after an expiry', async (trial) => {
    const expired = await trial.expire(await trial.create({ ttlMs: 1_000 }));
    checkRefused(await trial.renew(expired), 'LEASE_ENDED');
    checkEqual(await trial.read(expired), expired, 'the lease');
  }),

  law('S3', 'an unknown lease is not renewed', async (trial) => {
    const lease = await trial.create();
    checkRefused(await trial.renew({ ...lease, leaseId: trial.random.uuid() }), 'LEASE_NOT_FOUND');
  }),

  law('S3', 'only the holder renews', async (trial) => {
    const lease = await trial.create({ serviceId: 'service-a' });
    checkRefused(await trial.renew({ ...lease, serviceId: 'service-b' }), 'NOT_LEASE_HOLDER');
    checkEqual(await trial.read(lease), lease, 'the lease');
  }),

  law(
    'S2',
    'a renewal touches its lease alone: the other leases on the object keep their times',
    async (trial) => {
      const object = trial.object();
      const renewed = await trial.create({ object, ttlMs: 1_000 });
      const other = await trial.create({ object, ttlMs: 1_000 });
      await trial.renew(renewed, 9_000);
      checkEqual(await trial.read(other), other, 'the other lease');
      await trial.expire(other);
      checkEqual((await trial.read(renewed)).state, 'ACTIVE', 'state of the renewed one');
    },
  ),

  law(
    'S4 R2',
    'a release and renewals sent at once leave the lease released and its object due',
    async (trial) => {
      for (const releaseFirst of [true, false]) {
        const lease = await trial.create({ cleanup: httpCleanup() });
        await together(
          () => trial.release(lease),
          () => Promise.all([trial.renew(lease), trial.renew(lease)]),
          !releaseFirst,
        );
        const after = await trial.read(lease);
        checkEqual(after.state, 'RELEASED', 'state');
        check(after.endTime !== undefined, 'a released lease has an end');
        checkRefused(await trial.renew(lease), 'LEASE_ENDED');
        checkEqual((await trial.claimOne()).lastLeaseId, lease.leaseId, "the due object's last lease");
      }
    },
  ),

  law(
    'S4',
    'an answer that shows the end is never followed by a renewal that was sent with it',
    async (trial) => {
      const lease = await trial.create();
      const [released, renewed] = await Promise.all([trial.release(lease), trial.renew(lease)]);
      checkEqual(done(released).state, 'RELEASED', 'answer to the release');
      if (renewed.outcome === 'done') {
        checkEqual(renewed.lease.state, 'ACTIVE', 'a renewal that came first saw it active');
        checkEqual(done(released).renewalCount, 1, 'and the release saw the renewal');
      } else checkEqual(renewed.reason, 'LEASE_ENDED', 'refusal');
    },
  ),
];
