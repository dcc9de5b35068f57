import type { Lease, LeaseState } from '../../lease/lease.js';
import { check, checkEqual } from '../check.js';
import type { StoreLaw } from '../store-law.js';
import { law } from './law.js';
import { checkRefused, done, one, type Trial } from './trial.js';

/** Claims until the object of a lease that is being ended is there, and then reads that lease at once. */
async function checkClaimedIsEnded(
  trial: Trial,
  lease: Lease,
  state: LeaseState,
  ending: Promise<unknown>,
): Promise<void> {
  const end = { over: false };
  const note = () => (end.over = true);
  void ending.then(note, note);
  let claims = await trial.claim();
  while (claims.length === 0 && !end.over) claims = await trial.claim();
  if (claims.length === 0) claims = await trial.claim();
  checkEqual(claims.length, 1, 'claims');
  const [read, listed] = await Promise.all([
    trial.store.get(lease.leaseId),
    trial.store.list({ state: 'ACTIVE', limit: 10 }),
  ]);
  checkEqual(read.lease?.state, state, 'state of the lease once its object is claimed');
  checkEqual(listed.leases, [], 'active leases once the object is claimed');
}

export const releaseLaws: readonly StoreLaw[] = [
  law('L1', 'the release of the last lease makes its object due at once', async (trial) => {
    const lease = await trial.createCollectable();
    await trial.time.advance(100);
    const released = done(await trial.release(lease));
    const { reason, dueTime, lastLeaseId, leaseId, object, generation, attempt } = await trial.claimOne();
    checkEqual(
      { reason, dueTime, lastLeaseId, leaseId, object, generation, attempt },
      {
        reason: 'RELEASED',
        dueTime: released.endTime,
        lastLeaseId: lease.leaseId,
        leaseId: lease.leaseId,
        object: lease.object,
        generation: lease.generation,
        attempt: 1,
      },
      'the claim',
    );
  }),

  law('S3', 'a release is recorded with its time and disposition', async (trial) => {
    const lease = await trial.create();
    await trial.time.advance(100);
    const released = done(await trial.release(lease));
    checkEqual(
      released,
      { ...lease, state: 'RELEASED', endTime: lease.createTime + 100, disposition: 'COLLECT' },
      'the lease',
    );
    checkEqual(await trial.read(lease), released, 'the lease that is read');
  }),

  law('S1', 'nothing is due while another lease on the object is active', async (trial) => {
    const object = trial.object();
    const first = await trial.createCollectable({ object });
    const second = await trial.create({ object, serviceId: 'service-b' });
    const third = await trial.create({ object });
    for (const lease of [second, first]) {
      await trial.release(lease);
      checkEqual(await trial.claim(), [], 'claims');
    }
    await trial.release(third);
    checkEqual((await trial.claimOne()).lastLeaseId, third.leaseId, 'the last lease');
  }),

  law('S3', 'the same release again gets the same answer and counts once', async (trial) => {
    const lease = await trial.createCollectable();
    const first = done(await trial.release(lease));
    await trial.time.advance(100);
    checkEqual(done(await trial.release(lease)), first, 'the lease');
    const { leases, cleanups } = await trial.store.stats();
    checkEqual([leases.released, cleanups.ended], [1, 1], 'released, lives ended');
  }),

  law(
    'S4',
    'the same release again, after a new lease on the object, leaves that lease alone',
    async (trial) => {
      const object = trial.object();
      const first = await trial.createCollectable({ object });
      await trial.release(first);
      const second = await trial.create({ object });
      await trial.release(first);
      checkEqual((await trial.read(second)).state, 'ACTIVE', 'state of the new lease');
      checkEqual(await trial.claim(), [], 'claims');
    },
  ),

  law('S3', 'a release with COLLECT of an expired lease is fine and changes nothing', async (trial) => {
    const expired = await trial.expire(await trial.createCollectable({ ttlMs: 1_000 }));
    checkEqual(done(await trial.release(expired, 'COLLECT')), expired, 'the lease');
    const { leases } = await trial.store.stats();
    checkEqual([leases.expired, leases.released], [1, 0], 'expired, released');
    checkEqual((await trial.claimOne()).reason, 'EXPIRED', 'reason');
  }),

  law('S3', 'a release with KEEP of an expired lease is refused: it came too late', async (trial) => {
    const expired = await trial.expire(await trial.createCollectable({ ttlMs: 1_000 }));
    checkRefused(await trial.release(expired, 'KEEP'), 'LEASE_ENDED');
    checkEqual(await trial.read(expired), expired, 'the lease');
    checkEqual((await trial.claim()).length, 1, 'claims');
  }),

  law('S3', 'another disposition on a released lease is refused', async (trial) => {
    const collected = await trial.create();
    const kept = await trial.create();
    await trial.release(collected, 'COLLECT');
    await trial.release(kept, 'KEEP');
    checkRefused(await trial.release(collected, 'KEEP'), 'LEASE_ENDED');
    checkRefused(await trial.release(kept, 'COLLECT'), 'LEASE_ENDED');
    checkEqual((await trial.read(collected)).disposition, 'COLLECT', 'disposition');
    checkEqual((await trial.read(kept)).disposition, 'KEEP', 'disposition');
  }),

  law('S3', "an unknown lease is not released, and another service's neither", async (trial) => {
    const lease = await trial.createCollectable({ serviceId: 'service-a' });
    checkRefused(await trial.release({ ...lease, leaseId: trial.random.uuid() }), 'LEASE_NOT_FOUND');
    checkRefused(await trial.release({ ...lease, serviceId: 'service-b' }), 'NOT_LEASE_HOLDER');
    checkEqual(await trial.read(lease), lease, 'the lease');
  }),

  law('S4 R3', 'once an object is claimed, no lease on it reads as active', async (trial) => {
    const object = trial.object();
    const expiring = await trial.createCollectable({ object, ttlMs: 1_000 });
    const last = await trial.create({ object, ttlMs: 60_000 });
    await trial.expire(expiring);
    const releasing = trial.release(last);
    await checkClaimedIsEnded(trial, last, 'RELEASED', releasing);
    checkEqual(done(await releasing).state, 'RELEASED', 'answer to the release');
  }),

  law('S4 R3', 'once an object is claimed after an expiry, no lease on it reads as active', async (trial) => {
    const lease = await trial.createCollectable({ ttlMs: 1_000 });
    await trial.elapse(900);
    await trial.time.advance(100);
    const sweeping = trial.sweep();
    await checkClaimedIsEnded(trial, lease, 'EXPIRED', sweeping);
    checkEqual((await sweeping).expired, 1, 'expired');
  }),

  law('S6 R16', 'the last two leases released at once make the object due, once', async (trial) => {
    const object = trial.object();
    const leases = [await trial.createCollectable({ object }), await trial.create({ object })];
    await Promise.all(leases.map((lease) => trial.release(lease)));
    const { cleanups, heldObjects } = await trial.store.stats();
    checkEqual([cleanups.ended, cleanups.open, heldObjects], [1, 1, 0], 'lives ended, open, held objects');
    checkEqual((await trial.claim()).length, 1, 'claims');
  }),

  law(
    'S6 R16',
    'the last two leases, one released as the other expires, make the object due, once',
    async (trial) => {
      const object = trial.object();
      const expiring = await trial.createCollectable({ object, ttlMs: 1_000 });
      const held = await trial.create({ object, ttlMs: 60_000 });
      await trial.elapse(900);
      await trial.time.advance(100);
      const [report] = await Promise.all([trial.sweep(), trial.release(held)]);
      // A sweep may pass over an object that is being written to; then the next one ends the lease.
      if (report.expired === 0) await trial.elapse(500);
      checkEqual((await trial.read(expiring)).state, 'EXPIRED', 'state');
      checkEqual((await trial.store.stats()).cleanups.ended, 1, 'lives ended');
      const { reason, lastLeaseId } = one(await trial.claim());
      const ending = lastLeaseId === held.leaseId ? 'RELEASED' : 'EXPIRED';
      checkEqual(reason, ending, 'reason: how the last one ended');
    },
  ),

  law('S3', 'an ended lease keeps its expire_time as it was answered', async (trial) => {
    const lease = await trial.create({ ttlMs: 9_000 });
    await trial.time.advance(100);
    const released = done(await trial.release(lease));
    check(released.expireTime === lease.expireTime, 'expire_time does not change when a lease ends');
  }),
];
